// A pipeline drawn from nothing in the real window: five steps, one of them a real model that is watched while it writes. A step
// fails, is mended, and the run goes on from there with what was made before, at no cost; a person says yes.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { addStep, chooseStep, fill, handle, runShown, saved, stepBox, toPipelines } from '../lib/builder.mjs';
import { built } from '../lib/process.mjs';
import { stands } from '../lib/runs.mjs';

const run = promisify(execFile);
const inspector = '[data-inspector]';
const dialog = '[role=dialog]';

export const needs = { keychain: false };

export default async function journey({ step, open, model, until, keys, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  const window = await step('the window opens and knows a small model', () => open({ env: { WEBPLUS_OLLAMA: 'off' } }));
  const { stdout } = await run(built('webplus'), ['models', 'import', model, '--json']);
  const name = JSON.parse(stdout.trim().split('\n').at(-1)).model;
  const press = (words, within) => window.execute(`[...document.querySelectorAll(arguments[1] + ' button')].find((one) => one.textContent.trim().startsWith(arguments[0])).click()`, words, within);

  const id = await step('an empty pipeline is begun', async () => {
    await toPipelines(window);
    await window.clickNamed('Draw one from nothing');
    await window.waitFor('[role=region][aria-label=Canvas]');
    return (await window.call('pipeline/list'))[0].id;
  });

  await step('five steps are added, each after the one before', async () => {
    await addStep(window, 'Ask a model', 'prompt');
    await addStep(window, 'Template', 'template');
    await addStep(window, 'Condition', 'check');
    await addStep(window, 'Work on JSON', 'parse');
    await addStep(window, 'Ask a person', 'ask');
    await window.clickNamed('Show all of it');
    await window.picture('steps');
  });

  await step('a line is drawn by hand, and one that would go round in a circle is refused with the reason', async () => {
    await window.drag(handle('check', 'way:false'), handle('ask', 'in'));
    await until('the line is kept', async () => (await saved(window, id)).edges.some(({ from, to }) => from === 'check.false' && to === 'ask'));
    await window.drag(handle('ask', 'way:approve'), handle('prompt', 'in'));
    await window.waitForText('[data-refusal]', 'round in a circle');
    await window.picture('refused');
  });

  await step('they are filled in until nothing is wrong', async () => {
    await chooseStep(window, 'prompt');
    await fill(window, 'Model', name);
    await window.press(keys.escape);
    await fill(window, 'Prompt', 'Tell me about the sea.');
    await fill(window, 'Temperature', '0');
    await fill(window, 'Longest answer', '60');
    await chooseStep(window, 'template');
    await fill(window, 'Text', 'A story: {{ nodes.prompt.text }}');
    await chooseStep(window, 'check');
    await fill(window, 'If', "nodes.template.text != ''");
    await chooseStep(window, 'parse');
    await fill(window, 'Text', '{{ nodes.template.text }}');
    await chooseStep(window, 'ask');
    await fill(window, 'Title', 'Is it a good story?');
    await fill(window, 'Message', '{{ nodes.template.text }}');
    await until('nothing is wrong with it', () => window.execute("return document.body.innerText.includes('Nothing is wrong with it')"));
    await window.picture('drawn');
    const { edges } = await saved(window, id);
    assert.deepEqual(edges.map(({ from, to }) => `${from}>${to}`).sort(), ['check.false>ask', 'check.true>parse', 'parse>ask', 'prompt>template', 'template>check']);
  });

  const first = await step('it runs, and what the model writes is seen while it writes', async () => {
    await window.press(keys.control, keys.enter);
    await window.waitFor(dialog);
    await press('Run', dialog);
    const shown = await runShown(window);
    await window.waitFor('[data-step=prompt][data-status]');
    await window.click(stepBox('prompt'));
    const written = () => window.execute(`return document.querySelector('[role=region][aria-label="What it writes"]')?.textContent.length ?? 0`);
    const begun = await until('it writes', written, { within: 30_000, every: 10 });
    await until('it writes on', async () => (await written()) > begun, { within: 30_000, every: 10 });
    await window.picture('streaming');
    return shown;
  });

  await step('it fails at the step that isn’t JSON, and says so', async () => {
    await stands(window, first, 'failed');
    await window.waitForText('main', /parse failed/);
    await window.click(stepBox('parse'));
    await window.picture('failed');
  });

  await step('the step is mended on the canvas', async () => {
    await window.click('main h1 a');
    await window.waitFor(stepBox('parse'));
    await chooseStep(window, 'parse');
    await fill(window, 'Text', '{ "story": {{ nodes.prompt.text | json }} }');
    await until('it is saved', async () => (await saved(window, id)).nodes.find((one) => one.id === 'parse').config.text.startsWith('{ "story"'));
  });

  const second = await step('it is run again from there, as the pipeline is now', async () => {
    await window.execute('history.back()');
    await runShown(window);
    await window.click(stepBox('parse'));
    await window.clickNamed('Run again from here');
    await window.waitForText(dialog, 'Run anew');
    await window.execute(`[...document.querySelectorAll('${dialog} label')].find((one) => one.textContent.includes('as it is now')).click()`);
    await window.picture('again');
    await press('Run 2 steps again', dialog);
    return runShown(window, first);
  });

  await step('what was made before is taken over, and a person is asked', async () => {
    await stands(window, second, 'waiting');
    for (const reused of ['prompt', 'template', 'check']) await window.waitFor(`[data-step=${reused}][data-status=reused]`);
    await window.waitFor('section[aria-label="Your answer"]');
    await window.picture('asked');
  });

  await step('the person says yes, and nothing was paid for twice', async () => {
    await window.clickNamed('Approve');
    const ended = await stands(window, second, 'succeeded');
    assert.equal(ended.costNanoUsd, 0);
    const { items } = await window.call('call/list', { limit: 50 });
    assert.deepEqual(items.map(({ runId, outcome }) => [runId, outcome]), [[first, 'succeeded']]);
    const { steps } = await window.call('run/get', { id: second });
    assert.deepEqual(steps.filter(({ status }) => status === 'reused').map(({ node }) => node).sort(), ['check', 'prompt', 'template']);
    await window.waitFor('[data-step=ask][data-status=succeeded]');
    await window.picture('approved');
    await window.close();
  });
}
