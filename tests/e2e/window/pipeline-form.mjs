// A pipeline to begin with, taken and run in the window by somebody with a small model and a folder: what it works on is chosen with
// the system's own dialog, and so is a single file.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { says } from '../lib/asking.mjs';
import { runShown, stepBox, toPipelines } from '../lib/builder.mjs';
import { changeMind, pickForRun } from '../lib/pick.mjs';
import { built } from '../lib/process.mjs';
import { definition, stands } from '../lib/runs.mjs';

const dialog = '[role=dialog]';

export const needs = { keychain: false };

export default async function journey({ step, open, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  const { stdout } = await promisify(execFile)(built('webplus'), ['models', 'import', model, '--json']);
  const name = JSON.parse(stdout.trim().split('\n').at(-1)).model;
  const notes = path.join(process.env.HOME, 'my notes');
  await mkdir(notes);
  await writeFile(path.join(notes, 'bakery.md'), 'The bakery on Mill Road opens at six. It sells rye bread. On Sundays it is closed.');
  await writeFile(path.join(notes, 'plan.txt'), 'Paint the fence.');
  const window = await step('the window opens and knows a small model', () => open({ env: { WEBPLUS_OLLAMA: 'off' } }));
  /** What a field of the form holds, and whether it may be typed into. */
  const field = (label) => window.execute(`const one = [...document.querySelectorAll('${dialog} label')].find((one) => one.textContent.startsWith(arguments[0]));
    const input = one && document.getElementById(one.htmlFor);
    return input && { value: input.value, fixed: input.readOnly };`, label);

  await step('the template is taken', async () => {
    await toPipelines(window);
    await until('the template is offered', () => window.execute(`const one = [...document.querySelectorAll('button')].find((one) => one.textContent.startsWith('Summarise a folder'));
      one?.click();
      return one !== undefined`));
    await window.waitFor(stepBox('find'));
    await window.clickNamed('Run');
    await window.waitFor(dialog);
  });

  await step('a folder is chosen with the system’s dialog; who changes their mind has chosen nothing', async () => {
    await changeMind(window, 'Choose folder', 'folder');
    assert.deepEqual(await field('Folder'), { value: '', fixed: false });
    await pickForRun(window, 'Choose folder', 'folder', notes);
    await until('its name is shown', async () => (await field('Folder')).value === 'my notes');
    assert.equal((await field('Folder')).fixed, true);
    await window.picture('folder');
    await window.clickNamed('Take my notes back');
    await until('it is taken back', async () => (await field('Folder')).value === '');
    await pickForRun(window, 'Choose folder', 'folder', notes);
    await until('its name is shown', async () => (await field('Folder')).value === 'my notes');
  });

  await step('it runs with what was chosen, to its end', async () => {
    await window.fill('Model', name, { within: dialog });
    await window.clickNamed('Allow and run');
    const id = await runShown(window);
    await stands(window, id, 'succeeded', { within: 120_000 });
    const found = await window.call('run/value', { id, node: 'find', port: 'paths' });
    assert.deepEqual(found.value.map((one) => path.basename(one)), ['bakery.md']);
    await window.execute(`[...document.querySelectorAll('[role=tab]')].find((one) => one.textContent.startsWith('Results')).click()`);
    await window.picture('summary');
  });

  await step('a single file is chosen the same way, and read', async () => {
    await window.call('pipeline/save', {
      definition: definition('reader', 'Reads a file', [{ id: 'read', kind: 'file', label: 'Read', config: { op: 'read', path: '{{ inputs.file }}' } }], {
        inputs: { file: { type: 'file', required: true, label: 'File' } },
        outputs: { text: { type: 'text', from: 'read.text' } },
      }),
    });
    await toPipelines(window);
    await until('it is listed', () => window.execute(`const one = [...document.querySelectorAll('main a')].find((one) => one.textContent.includes('Reads a file'));
      one?.click();
      return one !== undefined`));
    await window.waitFor(stepBox('read'));
    const before = await window.execute('return location.pathname');
    await window.clickNamed('Run');
    await window.waitFor(dialog);
    await pickForRun(window, 'Choose file', 'file', path.join(notes, 'plan.txt'));
    await until('its name is shown', async () => (await field('File')).value === 'plan.txt');
    await window.picture('file');
    await window.clickNamed('Allow and run');
    await until('the run is opened', async () => (await window.execute('return location.pathname')) !== before);
    const id = await runShown(window);
    await stands(window, id, 'succeeded');
    await window.execute(`[...document.querySelectorAll('[role=tab]')].find((one) => one.textContent.startsWith('Results')).click()`);
    await says(window, 'Paint the fence.');
    await window.close();
  });
}
