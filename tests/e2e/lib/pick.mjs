// The system's own dialog for a model file or a folder, answered by keyboard as a person would (Linux).

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from './process.mjs';

const run = promisify(execFile);
/** A busy machine takes its time to draw a dialog that is opened for the first time. */
const patience = { within: 30_000 };

/** Presses the button with this name and gives the dialog for a model file this path. */
export function pickFile(window, button, file) {
  return pick(window, button, file, 'Add a model file');
}

/** The same with the dialog for the folder that models are moved to, which must be there. */
export function pickFolder(window, button, folder) {
  return pick(window, button, folder, 'Choose the new folder for models');
}

/** The same for what a run of a pipeline is to be given: `what` is "folder" or "file". */
export function pickForRun(window, button, what, given) {
  return pick(window, button, given, `Choose a ${what}`);
}

/** Opens that dialog and closes it without having chosen anything. */
export async function changeMind(window, button, what) {
  const title = `Choose a ${what}`;
  const dialog = await opened(window, button, title);
  await settled(dialog);
  await run('xdotool', ['windowfocus', '--sync', dialog, 'key', 'Escape']);
  await closed(title);
}

async function opened(window, button, title) {
  await window.clickNamed(button);
  return until('the dialog is open', async () => {
    const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', title]);
    return stdout.trim().split('\n').at(-1);
  }, patience);
}

function closed(title) {
  return until('the dialog is closed', () => run('xdotool', ['search', '--onlyvisible', '--name', title]).then(() => false, () => true), patience);
}

async function pick(window, button, given, title) {
  const dialog = await opened(window, button, title);
  // The first letter of a path opens the dialog's field for it; what is typed before the field is there would be lost.
  const without = await settled(dialog);
  await run('xdotool', ['windowfocus', '--sync', dialog, 'type', '/']);
  await until('the field for a path is there', async () => (await settled(dialog)) !== without, patience);
  await run('xdotool', ['type', '--delay', '5', given.slice(1)]);
  await run('xdotool', ['key', 'Return']);
  await closed(title);
}

/** A window's picture, once it has stopped changing: twice in a row the same. */
async function settled(id) {
  let last;
  return until('the dialog is drawn', async () => {
    const { stdout } = await run('import', ['-silent', '-window', id, 'rgb:-'], { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 });
    const same = stdout === last;
    last = stdout;
    return same && stdout;
  }, { ...patience, every: 150 });
}
