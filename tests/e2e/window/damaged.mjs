// A model whose file was cut is shown as damaged in the window, is repaired there, and is ready again.

import { readFile, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { installOllama } from '../lib/fake-ollama.mjs';
import { lacking, says, shelf, showModels } from '../lib/ollama.mjs';
import { startRegistry } from '../lib/registry.mjs';

const row = `${shelf} tr`;
const way = 'section[aria-label="On the way"]';

export default async function journey({ step, open, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  const lack = lacking();
  if (lack) skip(lack);
  const ollama = await installOllama();
  const registry = await startRegistry();
  const bytes = await readFile(model);
  const { reference, digest } = registry.offer('journey', bytes);
  const file = path.join(process.env.HOME, '.ollama', 'models', 'blobs', digest.replace(':', '-'));

  let window = await step('a model is pulled', async () => {
    const first = await open({ env: ollama.env });
    await until('Ollama is ready', async () => (await first.call('ollama/state')).type === 'ready');
    await first.call('model/pull', { reference, target: 'ollama' });
    await first.clickNamed('Models');
    await says(first, row, /journey[\s\S]*Ollama\s+On disk/, { within: 60_000 });
    return first;
  });
  await step('its file is cut while nobody looks, and it is shown as damaged', async () => {
    await window.close();
    await truncate(file, 1_000_000);
    window = await open({ env: ollama.env });
    await showModels(window);
    await says(window, row, /journey[\s\S]*Ollama\s+Damaged/, { within: 20_000 });
    await window.picture('damaged');
  });
  await step('its page says what is wrong', async () => {
    // The driver takes a name that is cut with an ellipsis for one that isn't shown.
    await window.execute('document.querySelector(arguments[0]).click()', `${shelf} [data-name]`);
    await window.waitForText('main', 'This model can’t be used');
    await window.waitForText('main', /a file of it is cut: 1 MB of 98 MB are there/);
    await window.picture('damaged-details');
  });
  await step('it is repaired', async () => {
    registry.speed = 20_000_000;
    await window.click('button[aria-label^="Repair "]');
    await says(window, way, /Repairing .*journey[\s\S]*\d+ %/, { within: 20_000 });
    await window.picture('repairing');
    registry.speed = undefined;
    await says(window, row, /journey[\s\S]*Ollama\s+On disk/, { within: 60_000 });
    await window.waitForNo(way, { within: 30_000 });
    assert.equal((await stat(file)).size, bytes.length);
    assert.ok((await readFile(file)).equals(bytes), 'it is what was offered');
    await window.picture('repaired');
    await window.close();
  });
  registry.close();
}
