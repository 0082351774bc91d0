// The first minute: an empty Web+, a model file of one's own, and it is there, can be loaded and unloaded.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';

export default async function journey({ step, skip, open, visit, picture, accessible, assert, model, out }) {
  if (!model) skip('the small model is not here (cargo xtask run puts it in place)');
  const { server, page } = await step('the first screen asks where models run', () => open({ env: { WEBPLUS_OLLAMA: 'off' } }));
  await page.getByRole('heading', { name: 'Choose where your models run' }).waitFor();
  await step('the doors stand in the order in which they can work here', async () => {
    const doors = await page.locator('main h2').allInnerTexts();
    assert.deepEqual(doors.map((text) => text.split('\n')[0]), [
      'Use the built-in engine', 'Connect a cloud provider', 'Use Ollama on this computer',
    ]);
    await page.getByText('Suits this computer').waitFor();
    assert.ok((await page.getByText('Apache-2.0').count()) > 0, 'the licence is said');
  });
  await picture(page, 'first-start');
  await step('axe finds nothing', () => accessible(page));

  await step('a file that is no model is refused before it is sent', async () => {
    const other = path.join(out, 'notes.gguf');
    await writeFile(other, 'not a model at all');
    await choose(page, other);
    await page.getByText('notes.gguf is not a GGUF file.', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Dismiss notes.gguf' }).click();
  });

  await step('a model file is added and named as what it is', async () => {
    await choose(page, model);
    await page.getByRole('region', { name: 'Quick try' }).waitFor({ timeout: 60_000 });
    await page.getByText('its answers are often wrong', { exact: false }).waitFor();
    const { models } = await server.call('model/list');
    assert.deepEqual(models.map(({ testSize, state }) => [testSize, state.type]), [[true, 'on_disk']]);
  });
  await picture(page, 'quick-try');
  await step('axe finds nothing', () => accessible(page));

  await step('it is listed among the models', async () => {
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('table', { name: 'Models' }).getByText('Test size').waitFor();
  });
  await step('it is loaded with the context of one’s choice, which is said before', async () => {
    await page.getByRole('table').getByRole('rowheader').getByRole('button').click();
    await page.getByText(/Needs about \d+ MB\./).waitFor();
    await page.getByRole('combobox', { name: 'Context' }).click();
    await page.getByRole('option', { name: /^2,048 tokens/ }).click();
    await page.getByRole('button', { name: 'Load model', exact: true }).click();
    await page.getByRole('region', { name: 'In memory' }).waitFor({ timeout: 60_000 });
    const state = await server.call('engine/state');
    assert.deepEqual([state.type, state.context], ['loaded', 2048]);
  });
  await picture(page, 'models-loaded');
  await step('axe finds nothing', () => accessible(page));
  await step('the status bar unloads it', async () => {
    await page.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: /^Unload/ }).click();
    await page.getByText('No model in memory').waitFor();
    assert.equal((await server.call('engine/state')).type, 'stopped');
  });

  await step('through the quick try the first screen is done with, for good', async () => {
    await page.getByRole('link', { name: 'Chat', exact: true }).click();
    await page.getByRole('button', { name: 'Try it now' }).click();
    await page.getByRole('heading', { name: 'Choose where your models run' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    assert.equal(await page.getByRole('heading', { name: 'Choose where your models run' }).count(), 0);
  });
  await step('a narrow window shows the same', async () => {
    const narrow = await visit(server, { viewport: { width: 420, height: 800 } });
    await narrow.getByRole('heading', { name: 'Choose where your models run' }).waitFor();
    assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'it scrolls sideways');
    await picture(narrow, 'first-start-narrow');
  });
  await server.stop();
}

async function choose(page, file) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles(file);
}
