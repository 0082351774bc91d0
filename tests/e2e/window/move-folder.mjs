// The built-in engine's models go to another folder through the settings, by the system's dialog for it; the model is loaded from
// there, also after a restart.

import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { data } from '../lib/folder.mjs';
import { says, shelf, showEngine, showModels } from '../lib/ollama.mjs';
import { pickFolder } from '../lib/pick.mjs';
import { built } from '../lib/process.mjs';

const part = 'section[aria-label="Built-in engine"]';

export default async function journey({ step, open, keys, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  await promisify(execFile)(built('webplus'), ['models', 'import', model]);
  const old = data('models');
  const names = await readdir(old);
  const place = path.join(process.env.HOME, 'another disk');
  await mkdir(place);
  const env = { WEBPLUS_OLLAMA: 'off' };

  let window = await step('the settings say where the models are', async () => {
    const first = await open({ env });
    await showEngine(first, keys);
    await first.waitForText(part, old);
    await first.picture('where');
    return first;
  });
  await step('a folder is chosen, and asked about before anything moves', async () => {
    await pickFolder(window, 'Move models', place);
    await window.waitForText('[role=dialog]', 'Move all models to another disk?');
    await window.waitForText('[role=dialog]', '98.4 MB are copied, compared and then removed from the old place.');
    await window.picture('asked');
    assert.deepEqual([await readdir(old), await readdir(place)], [names, []]);
  });
  await step('a folder inside of the old one is refused, with the reason', async () => {
    await window.press(keys.escape);
    await window.waitForNo('[role=dialog]');
    await mkdir(path.join(old, 'inner'));
    await pickFolder(window, 'Move models', path.join(old, 'inner'));
    await window.waitForText('[role=dialog]', 'Move all models to inner?');
    await move(window);
    await window.waitForText('[role=dialog] [role=alert]', 'is inside of the folder that the models are in now');
    await window.picture('refused');
    await window.press(keys.escape);
    await window.waitForNo('[role=dialog]');
  });
  await step('moved, the settings name the new place, and the old one is gone', async () => {
    await pickFolder(window, 'Move models', place);
    await window.waitFor('[role=dialog]');
    await move(window);
    await window.waitForNo('[role=dialog]');
    await window.waitForText(part, place, { within: 60_000 });
    await window.picture('moved');
    assert.deepEqual((await readdir(place)).filter((name) => name.endsWith('.gguf')), names.filter((name) => name.endsWith('.gguf')));
  });
  await step('after a restart the model is there, and is loaded', async () => {
    await window.close();
    window = await open({ env });
    await showModels(window);
    await window.click('button[aria-label^="Load "]');
    await says(window, `${shelf} tr`, /SmolLM2[\s\S]*Loaded/i, { within: 60_000 });
    await until('it is read from there', async () => (await window.call('model/space')).folders.some((folder) => folder.path === place));
    await window.close();
  });
}

/** Presses the button of the dialog: the one in the settings is named alike. */
async function move(window) {
  await window.execute(`[...document.querySelectorAll('[role=dialog] button')].find((one) => one.textContent === 'Move models').click()`);
}
