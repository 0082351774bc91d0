// Ollama as a journey meets it: none at all, somebody else's that runs already; and the page's places that speak of it.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { built, freePort, start, until } from './process.mjs';

/** The models, one in each row. */
export const shelf = 'main table';

/** What the settings say of Ollama's state, inside of their part about Ollama. */
export const panel = 'section[aria-label="Ollama"] section[aria-label^="Ollama"]';

const usual = ['/usr/local/bin/ollama', '/usr/bin/ollama', '/snap/bin/ollama', '/home/linuxbrew/.linuxbrew/bin/ollama'];

/** Why the scripted program can't be used here, or undefined. */
export function lacking() {
  const program = built(path.join('examples', 'fake-ollama'));
  return existsSync(program) ? undefined : 'the scripted Ollama is not built (cargo build -p webplus-engine --example fake-ollama)';
}

/** An environment in which no Ollama is found and none answers; undefined where this machine has one in a usual place. */
export async function withoutOllama() {
  if (process.platform !== 'linux' || usual.some((file) => existsSync(file))) return undefined;
  const folders = process.env.PATH.split(':').filter((folder) => !existsSync(path.join(folder, 'ollama')));
  return { PATH: folders.join(':'), WEBPLUS_OLLAMA: `127.0.0.1:${await freePort()}` };
}

/** Runs the installed one (`installOllama`) as somebody else would, with a home of its own; answers `{ child, host, address }`. */
export async function serveOllama({ env }) {
  const home = path.join(process.env.WEBPLUS_JOURNEY, 'somebody');
  await mkdir(home, { recursive: true });
  const host = `127.0.0.1:${await freePort()}`;
  const child = start('ollama', ['serve'], { log: 'somebody', env: { ...env, HOME: home, OLLAMA_HOST: host } });
  child.stdout.resume();
  const address = `http://${host}`;
  await until('the Ollama of somebody else answers', () => answers(address));
  return { child, host, address };
}

/** Whether an Ollama answers there. */
export async function answers(address) {
  return (await fetch(`${address}/api/version`)).ok;
}

/** A process and those that it started, by their ids. */
export async function family(pid) {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')));
  return [pid, ...lists.join(' ').split(' ').filter(Boolean).map(Number)];
}

/** Whether a process runs; one that ended and wasn't asked for its status does not. */
export function runs(pid) {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Shows Settings → Engine. */
export async function showEngine(window, keys) {
  await window.press(keys.control, ',');
  await window.waitFor('nav[aria-label="Sections of the settings"]');
  await window.clickNamed('Engine');
  await window.waitFor(panel);
}

/** Shows the shelf of models. */
export async function showModels(window) {
  await window.clickNamed('Models');
  await window.waitFor(shelf);
}

/** Waits until one of what matches says all of this, in this order. The driver's own reading leaves out what is cut with an ellipsis. */
export async function says(window, selector, wanted, options) {
  await until(`"${selector}" says ${wanted}`, async () => {
    const texts = await window.execute('return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)', selector);
    return texts.some((text) => wanted.test(text));
  }, options);
}
