// The same by keyboard alone: a pipeline is drawn, connected, filled in, mended, run, and taken apart; no pointer is touched.

import { until } from '../lib/process.mjs';

export const needs = { keychain: false };

export default async function journey({ step, open, picture, accessible, assert }) {
  const { server, page } = await open({ at: '/pipelines', env: { WEBPLUS_OLLAMA: 'off' }, viewport: { width: 1600, height: 900 } });
  const key = (keys) => page.keyboard.press(keys);
  const node = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-id') ?? document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
  const definition = async () => {
    await page.getByText('Saved', { exact: true }).waitFor();
    const [{ id }] = await server.call('pipeline/list');
    return (await server.call('pipeline/get', { id })).definition;
  };
  const add = async (words, id) => {
    await key('a');
    await page.getByRole('combobox', { name: 'Add a step' }).waitFor();
    await page.keyboard.type(words);
    await key('Enter');
    await node(id).waitFor();
    await until(`the focus is on ${id}`, async () => (await focused()) === id);
  };
  /** To a field of the chosen step, by Tab as a person would. */
  const fill = async (name, text) => {
    await key('e');
    await until(`Tab reaches ${name}`, async () => {
      const at = await page.evaluate(() => document.activeElement?.labels?.[0]?.textContent ?? '');
      if (at.startsWith(name)) return true;
      await key('Tab');
      return false;
    }, { every: 5 });
    await page.keyboard.type(text);
  };
  const back = async (id) => {
    await node(id).focus();
    await key('Enter');
  };

  await step('a pipeline is begun from the palette', async () => {
    await page.getByRole('heading', { name: 'No pipelines yet' }).waitFor();
    await key('Control+k');
    await page.getByRole('combobox', { name: 'Find anything' }).waitFor();
    await page.keyboard.type('new pipeline');
    await page.getByRole('option', { name: /^New pipeline/ }).waitFor();
    await key('Enter');
    await page.locator('[data-canvas-add]').waitFor();
    await page.locator('[data-canvas-add]').focus();
  });

  await step('steps are added after the one that has the focus', async () => {
    await add('template', 'template');
    await fill('Text', 'good morning');
    await back('template');
    await add('condition', 'check');
    await fill('If', "nodes.template.text != ''");
    await back('check');
    await add('make sure', 'assert');
    await fill('That', "nodes.template.text == 'never'");
    await back('assert');
    await add('template', 'template_2');
    await fill('Text', 'nodes say: {{{{ nodes.template.text }}');
    const { edges } = await definition();
    assert.deepEqual(edges.map(({ from, to }) => `${from}>${to}`), ['template>check', 'check.true>assert', 'assert>template_2']);
  });

  await step('faults are said, and a press goes to the step', async () => {
    await page.getByText(/1 fault/).waitFor();
    await accessible(page);
    await picture(page, 'fault');
    await back('template_2');
    await key('e');
    await fill('Text', '');
    await key('Control+a');
    await page.keyboard.type('It said {{ nodes.template.text }}');
    await page.getByText('Nothing is wrong with it').waitFor();
  });

  await step('C connects: a target, then what goes there; what can’t be is said', async () => {
    await back('check');
    await key('c');
    await page.getByRole('combobox', { name: 'Connect check to' }).waitFor();
    await accessible(page);
    await page.keyboard.type('template_2');
    await key('Enter');
    await page.getByRole('combobox', { name: 'What goes from check' }).waitFor();
    await page.keyboard.type('false');
    await key('Enter');
    await until('the line is kept', async () => (await definition()).edges.some(({ from, to }) => from === 'check.false' && to === 'template_2'));
    await key('c');
    const refused = page.getByRole('option', { name: /^template / }).first();
    await refused.waitFor();
    assert.equal(await refused.getAttribute('aria-disabled'), 'true');
    await key('Escape');
  });

  await step('arrows move, Delete deletes, and undo brings it back', async () => {
    await back('assert');
    const before = (await definition()).ui.nodes.assert;
    await key('ArrowDown');
    await until('it has moved', async () => (await definition()).ui.nodes.assert.y > before.y);
    await key('Delete');
    await node('assert').waitFor({ state: 'detached' });
    await key('Control+z');
    await node('assert').waitFor();
    await key('Control+z');
    await until('it stands where it stood', async () => (await definition()).ui.nodes.assert.y === before.y);
  });

  const first = await step('it runs, and fails at the step that says so', async () => {
    await key('Control+Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).focus();
    await key('Enter');
    await page.waitForURL(/\/runs\/.+/);
    const id = page.url().split('/').at(-1).split(/[?#]/)[0];
    await until('the run has failed', async () => (await server.call('run/get', { id })).run.status === 'failed', { within: 30_000 });
    return id;
  });

  await step('mended, it goes on from there', async () => {
    // Alt with the left arrow, which is the browser's own and never reaches a page that is driven.
    await page.goBack();
    await page.locator('[data-canvas-add]').waitFor();
    await back('assert');
    await fill('That', '');
    await key('Control+a');
    await page.keyboard.type("nodes.template.text == 'good morning'");
    await definition();
    const run = await server.call('run/rerun', { id: first, from: 'assert', latest: true });
    const ended = await until('the second run has ended', async () => {
      const view = await server.call('run/get', { id: run.id });
      return ['succeeded', 'failed'].includes(view.run.status) && view;
    }, { within: 30_000 });
    assert.equal(ended.run.status, 'succeeded', ended.run.errorMessage);
  });
  await server.stop();
}
