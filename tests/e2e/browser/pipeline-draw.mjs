// A pipeline drawn from nothing with the pointer: five steps, a line that is refused, a run that streams, a step that fails, its
// mending, and the run again from there with what was paid for before.

import { until } from '../lib/process.mjs';
import { startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const scripted = await startScripted();
  try {
    const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
    await server.call('provider/add', { kind: 'openai_compatible', name: 'Scripted', baseUrl: scripted.url, key: 'sk-test', keep: 'session' });
    const { models } = await server.call('model/list', { refresh: true });
    const model = models.find(({ id }) => id.endsWith('/rich')).id;
    const page = await visit(server, { at: '/pipelines', viewport: { width: 1600, height: 900 } });
    const canvas = page.getByRole('region', { name: 'Canvas' });
    const node = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
    const palette = page.getByRole('region', { name: 'Steps', exact: true });
    const inspector = page.getByRole('region', { name: 'Inspector' });
    const saved = async () => {
      await page.getByText('Saved', { exact: true }).waitFor();
      const [{ id }] = await server.call('pipeline/list');
      return (await server.call('pipeline/get', { id })).definition;
    };

    await step('an empty place says what pipelines are for', async () => {
      await page.getByRole('heading', { name: 'No pipelines yet' }).waitFor();
      await accessible(page);
      await picture(page, 'empty');
      await page.getByRole('button', { name: 'Draw one from nothing' }).click();
      await canvas.waitFor();
    });

    await step('steps are added after each other, and one is dropped where it is wanted', async () => {
      await palette.getByRole('button', { name: 'Ask a model' }).click();
      await node('prompt').waitFor();
      await palette.getByRole('button', { name: 'Template' }).click();
      await node('template').waitFor();
      await palette.getByRole('button', { name: 'Condition' }).click();
      await node('check').waitFor();
      await palette.getByRole('button', { name: 'Make sure' }).click();
      await node('assert').waitFor();
      await palette.getByRole('button', { name: 'Work on text' }).dragTo(canvas, { targetPosition: { x: 420, y: 560 } });
      await node('text').waitFor();
      const { edges } = await saved();
      assert.deepEqual(edges, [
        { from: 'prompt', to: 'template' },
        { from: 'template', to: 'check' },
        { from: 'check.true', to: 'assert' },
      ]);
    });

    await step('a line is drawn by hand, and one that would go round in a circle is refused with the reason', async () => {
      await page.getByRole('button', { name: 'Show all of it' }).click();
      await draw(page, '[data-id="assert"] [data-handleid="way:ok"]', '[data-id="text"] [data-handleid="in"]');
      await until('the line is kept', async () => (await saved()).edges.length === 4);
      await draw(page, '[data-id="text"] [data-handleid="way:ok"]', '[data-id="prompt"] [data-handleid="in"]');
      await page.locator('[data-refusal]').getByText('round in a circle').waitFor();
      await picture(page, 'refused');
    });

    await step('the steps are filled in; faults stand at their fields', async () => {
      await node('prompt').click();
      await inspector.getByRole('combobox', { name: /^Model/ }).fill(model);
      await page.keyboard.press('Escape');
      await inspector.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Write a report.');
      await node('template').click();
      await inspector.getByRole('textbox', { name: /^Text/ }).fill('{{ nodes.prompt.text | upper }}');
      await node('check').click();
      await inspector.getByRole('textbox', { name: /^If/ }).fill("nodes.template.text != ''");
      await node('assert').click();
      await inspector.getByRole('textbox', { name: /^That/ }).fill("nodes.template.text == 'never'");
      await node('text').click();
      await inspector.getByRole('textbox', { name: /^Text/ }).fill('{{ nodes.template.text }}');
      await page.getByText('Nothing is wrong with it').waitFor();
      await accessible(page);
      await picture(page, 'drawn');
    });

    const first = await step('a run streams, and fails where it must', async () => {
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await accessible(page);
      await picture(page, 'run-form');
      await dialog.getByRole('button', { name: 'Run', exact: true }).click();
      await page.waitForURL(/\/runs\/.+/);
      const id = page.url().split('/').at(-1).split(/[?#]/)[0];
      await until('the run has failed', async () => (await server.call('run/get', { id })).run.status === 'failed', { within: 60_000 });
      await picture(page, 'failed');
      return id;
    });

    await step('the fault is mended on the canvas, and the run goes on from there', async () => {
      const [{ id }] = await server.call('pipeline/list');
      await page.goBack();
      await node('assert').click();
      await inspector.getByRole('textbox', { name: /^That/ }).fill("nodes.template.text != 'never'");
      await saved();
      const asked = scripted.requests.length;
      const run = await server.call('run/rerun', { id: first, from: 'assert', latest: true });
      const ended = await until('the second run has ended', async () => {
        const view = await server.call('run/get', { id: run.id });
        return ['succeeded', 'failed'].includes(view.run.status) && view;
      }, { within: 60_000 });
      assert.equal(ended.run.status, 'succeeded', ended.run.errorMessage);
      assert.equal(ended.steps.find(({ node: name }) => name === 'prompt').status, 'reused');
      assert.equal(scripted.requests.length, asked, 'what was paid for is not asked again');
      assert.equal(id, ended.run.pipelineId);
    });

    await step('undo goes back step by step, and what is drawn survives a reload', async () => {
      const before = await saved();
      await node('text').click();
      await page.keyboard.press('Delete');
      await node('text').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^Undo: Delete/ }).click();
      await node('text').waitFor();
      await page.reload();
      await node('text').waitFor();
      const after = await saved();
      assert.deepEqual({ ...after, ui: null }, { ...before, ui: null });
    });

    await step('the text shows the same, and the versions what changed', async () => {
      await page.getByRole('link', { name: 'Text', exact: true }).click();
      const text = page.getByRole('textbox', { name: 'The definition as JSON' });
      const definition = JSON.parse(await text.inputValue());
      assert.equal(definition.nodes.length, 5);
      await accessible(page);
      await text.fill('{ "id": ');
      await page.getByText('This isn’t JSON yet', { exact: false }).waitFor();
      await text.fill(JSON.stringify({ ...definition, name: 'Report' }, null, 2));
      await page.getByRole('heading', { name: 'Report', level: 1 }).waitFor();
      await page.getByRole('link', { name: 'Versions', exact: true }).click();
      await page.getByRole('button', { name: /^Restore version/ }).waitFor();
      await accessible(page);
      await picture(page, 'versions');
    });
    await server.stop();
  } finally {
    scripted.stop();
  }
}

/** From one port to another as a hand does it. */
async function draw(page, from, to) {
  const [a, b] = [await page.locator(from).boundingBox(), await page.locator(to).boundingBox()];
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 5 });
  await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 5 });
  await page.mouse.up();
}
