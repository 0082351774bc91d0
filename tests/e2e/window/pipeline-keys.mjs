// The same five steps by keyboard alone, in the real window: a pipeline is begun, drawn, connected, filled in, run, mended, run
// again from where it failed, and approved. No pointer is touched and no focus is set but by keys.

import { runShown, saved } from '../lib/builder.mjs';
import { connectScripted, stands } from '../lib/runs.mjs';
import { startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

export default async function journey({ step, open, until, keys, assert }) {
  const scripted = await startScripted();
  try {
    const window = await step('the window opens and knows a model', () => open({ env: { WEBPLUS_OLLAMA: 'off' } }));
    const named = await connectScripted(window, scripted);

    /** What has the focus: its label, else its name, else its text; of a step on the canvas, its id. */
    const focused = () => window.execute(`const one = document.activeElement;
      return one.closest('.react-flow__node') === one ? one.dataset.id
        : one.labels?.[0]?.textContent ?? one.getAttribute('aria-label') ?? (one.textContent.trim() || one.closest('label')?.textContent || '');`);
    /** Presses Tab until what has the focus stands in there and is called so. */
    const tabTo = async (words, within = 'body') => {
      const visited = [];
      for (let presses = 0; presses < 120; presses += 1) {
        const [inside, name] = await Promise.all([window.execute('return document.activeElement.closest(arguments[0]) !== null', within), focused()]);
        if (inside && name.startsWith(words)) return;
        visited.push(name.slice(0, 20));
        await window.write(keys.tab);
      }
      assert.fail(`Tab doesn't reach "${words}"; at last it was at ${visited.slice(-9).join(', ')}`);
    };
    const at = (id) => until(`the focus is on ${id}`, async () => (await focused()) === id);
    const typing = (label) => until(`"${label}" is asked`, () => window.execute(`return document.activeElement.role === 'combobox' || document.activeElement.getAttribute('role') === 'combobox' ? document.activeElement.getAttribute('aria-label') === arguments[0] : false`, label));
    /** Opens the palette, which the same keys would close while it is still going. */
    const palette = async () => {
      await window.waitForNo('[role=dialog]');
      await window.press(keys.control, 'k');
      await typing('Find anything');
    };
    const found = (words) => until(`"${words}" is found`, () => window.execute(`return document.querySelector('[role=option][aria-selected=true]')?.textContent.includes(arguments[0])`, words));
    const add = async (title, id) => {
      await window.press('a');
      await typing('Add a step');
      await window.write(title);
      await found(title);
      await window.press(keys.enter);
      await at(id);
    };
    /** Into the fields of the step that has the focus, and back to it. */
    const fill = async (id, fields) => {
      await window.press(keys.enter);
      await window.press('e');
      await until('the focus is in the inspector', () => window.execute("return document.activeElement.closest('[data-inspector]') !== null"));
      for (const [label, text] of Object.entries(fields)) {
        await tabTo(label, '[data-inspector]');
        await window.press(keys.control, 'a');
        await window.write(text);
        // A list of models that opened is closed first.
        if (await window.execute("return document.activeElement.getAttribute('aria-expanded') === 'true'")) await window.press(keys.escape);
      }
      await window.press(keys.escape);
      await at(id);
    };

    const id = await step('a pipeline is begun from the palette', async () => {
      await palette();
      await window.write('pipelines');
      await found('Pipelines');
      await window.press(keys.enter);
      await window.waitForText('main', /Pipelines|No pipelines yet/);
      await palette();
      await window.write('new pipeline');
      await found('New pipeline');
      await window.press(keys.enter);
      await window.waitFor('[data-canvas-add]');
      await tabTo('Add', '[role=region][aria-label=Canvas]');
      return (await window.call('pipeline/list'))[0].id;
    });

    await step('five steps are added and filled in, each after the one that has the focus', async () => {
      await add('Ask a model', 'prompt');
      await fill('prompt', { Model: named('rich'), Prompt: 'Write a report.' });
      await add('Template', 'template');
      await fill('template', { Text: 'A report: {{ nodes.prompt.text }}' });
      await add('Condition', 'check');
      await fill('check', { If: "nodes.template.text != ''" });
      await add('Work on JSON', 'parse');
      await fill('parse', { Text: 'Not yet' });
      await add('Ask a person', 'ask');
      await fill('ask', { Title: 'Is it a good report?' });
      await window.picture('steps');
    });

    await step('C connects two of them, [ and ] go from step to step', async () => {
      for (const before of ['parse', 'check']) {
        await window.press('[');
        await at(before);
      }
      await window.press('c');
      await typing('Connect check to');
      await window.write('ask');
      await found('Ask a person');
      await window.press(keys.enter);
      await typing('What goes from check');
      await window.write('false');
      await found('When false');
      await window.press(keys.enter);
      await at('check');
      const { edges } = await saved(window, id);
      assert.deepEqual(edges.map(({ from, to }) => `${from}>${to}`).sort(), ['check.false>ask', 'check.true>parse', 'parse>ask', 'prompt>template', 'template>check']);
    });

    const first = await step('it runs, and fails at the step that isn’t JSON', async () => {
      await window.press(keys.control, keys.enter);
      await window.waitFor('[role=dialog]');
      await tabTo('Run', '[role=dialog] footer');
      await window.press(keys.enter);
      const shown = await runShown(window);
      await stands(window, shown, 'failed');
      await window.waitForText('main', /parse failed/);
      await window.picture('failed');
      return shown;
    });

    await step('the step is mended', async () => {
      await tabTo('New pipeline', 'main h1');
      await window.press(keys.enter);
      await window.waitFor('[data-canvas-add]');
      await tabTo('parse', '.react-flow');
      await fill('parse', { Text: '{ "report": {{ nodes.prompt.text | json }} }' });
      await until('it is saved', async () => (await saved(window, id)).nodes.find((one) => one.id === 'parse').config.text.startsWith('{ "report"'));
    });

    const second = await step('it is run again from there, with what was made before', async () => {
      await palette();
      await window.write('failed');
      await found('New pipeline, failed');
      await window.press(keys.enter);
      await runShown(window);
      // The step that failed has opened by itself.
      await tabTo('Run again from here');
      await window.press(keys.enter);
      await window.waitForText('[role=dialog]', 'as it is now');
      await tabTo('Use the pipeline as it is now', '[role=dialog]');
      await window.press(' ');
      await tabTo('Run 2 steps again', '[role=dialog]');
      await window.picture('again');
      await window.press(keys.enter);
      return runShown(window, first);
    });

    await step('it asks, and is answered', async () => {
      await stands(window, second, 'waiting');
      await window.waitFor('section[aria-label="Your answer"]');
      await tabTo('Approve', 'section[aria-label="Your answer"]');
      await window.picture('asked');
      await window.press(keys.enter);
      const ended = await stands(window, second, 'succeeded');
      assert.equal(ended.costNanoUsd, 0);
      assert.equal(scripted.requests.length, 1, 'the model was asked once');
      const { steps } = await window.call('run/get', { id: second });
      assert.deepEqual(steps.filter(({ status }) => status === 'reused').map(({ node }) => node).sort(), ['check', 'prompt', 'template']);
      await window.close();
    });
  } finally {
    await scripted.stop();
  }
}
