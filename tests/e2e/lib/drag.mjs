// Files dragged onto the window by another program, over XDND as a file manager does it (Linux).
//
//   const held = await drag(files);    they are held over the middle of the window
//   await held.drop(); await held.leave();

import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { start } from './process.mjs';

const run = promisify(execFile);
const program = fileURLToPath(new URL('drag_files.py', import.meta.url));

export async function drag(files) {
  const { id, width, height } = await frame();
  const child = start('python3', [program, id, Math.round(width / 2), Math.round(height / 2), ...files].map(String), { log: 'drag', input: true });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the dragging program ended with ${await child.ended}; see drag.log`);
    return JSON.parse(value);
  };
  const { accepted } = await said();
  const end = async (word) => {
    child.stdin.end(`${word}\n`);
    const outcome = await said();
    await child.ended;
    return outcome;
  };
  return { accepted, drop: () => end('drop'), leave: () => end('leave') };
}

/** The application's window on the screen. */
async function frame() {
  const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', 'Web\\+$']);
  const id = stdout.trim().split('\n').at(-1);
  const shape = (await run('xdotool', ['getwindowgeometry', '--shell', id])).stdout;
  const number = (name) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(shape)?.[1]);
  return { id, width: number('WIDTH'), height: number('HEIGHT') };
}
