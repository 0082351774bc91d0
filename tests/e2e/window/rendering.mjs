// A window that stays blank is opened anew with each remedy once, under the same process id; what helped is begun with the
// next time; and what the person has set is left alone. Nothing can be blank here, so the time to paint is made too short.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { built, end, runner, start, until } from '../lib/process.mjs';

const dmabuf = 'WEBKIT_DISABLE_DMABUF_RENDERER';
const compositing = 'WEBKIT_DISABLE_COMPOSITING_MODE';

export default async function journey({ step, pids, assert }) {
  const data = path.join(process.env.XDG_DATA_HOME, 'webplus');
  const painted = async (times) => {
    const log = await readFile(path.join(data, 'logs', 'desktop.log'), 'utf8');
    return log.split('the page has painted"').length - 1 === times;
  };

  /** Starts it, waits until it has painted, and answers with what it was told about drawing. */
  async function begin(times, env) {
    const child = start(built('webplus-desktop'), [], { log: 'desktop', env: { WEBPLUS_RUNNER: runner(), ...env } });
    child.stdout.resume();
    await until('the page has painted', () => painted(times), { within: 30_000 });
    assert.deepEqual(await pids(), [child.pid]);
    const text = await readFile(`/proc/${child.pid}/environ`, 'latin1');
    const told = Object.fromEntries(text.split('\0').map((line) => line.split('=')).filter(([name]) => [dmabuf, compositing, 'WEBPLUS_RENDERING'].includes(name)));
    return { child, told };
  }

  await step('both remedies are tried, one after the other, and then it stays', async () => {
    const { child, told } = await begin(1, { WEBPLUS_FIRST_PAINT: '1' });
    assert.deepEqual(told, { [dmabuf]: '1', [compositing]: '1', WEBPLUS_RENDERING: '2' });
    await until('what helped is remembered', async () => JSON.parse(await readFile(path.join(data, 'window.json'), 'utf8')).rendering?.tried === 2);
    await end(child);
  });

  await step('the next start begins with what helped', async () => {
    const { child, told } = await begin(2, {});
    assert.deepEqual(told, { [dmabuf]: '1', [compositing]: '1', WEBPLUS_RENDERING: '2' });
    await end(child);
  });

  await step('what the person has set is left alone', async () => {
    const { child, told } = await begin(3, { [dmabuf]: '0', [compositing]: '0' });
    assert.deepEqual(told, { [dmabuf]: '0', [compositing]: '0' });
    await end(child);
  });
}
