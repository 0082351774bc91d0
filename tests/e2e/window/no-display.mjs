// Started where there is no display, it says so and what to do instead, ends with an error, and leaves nothing running.

import { built, start } from '../lib/process.mjs';

export const needs = { bus: false, keychain: false };

export default async function journey({ step, pids, skip, assert }) {
  if (process.platform !== 'linux') skip('elsewhere there is always a display');
  const begin = async (env) => {
    const child = start(built('webplus-desktop'), [], { log: 'desktop', env: { WAYLAND_DISPLAY: '', ...env } });
    let said = '';
    child.stderr.on('data', (piece) => (said += piece));
    child.stdout.resume();
    return { status: await child.ended, said };
  };
  const refusal = 'There is no display to open a window on. Use `webplus serve` and open the address that it prints.';

  await step('without one it says what to do instead', async () => {
    const { status, said } = await begin({ DISPLAY: '' });
    assert.equal(status, 1);
    assert.equal(said.trim().split('\n').length, 1, said);
    assert.ok(said.includes(refusal), said);
  });
  await step('and so it does where the one that is named doesn’t answer', async () => {
    const { status, said } = await begin({ DISPLAY: ':987' });
    assert.equal(status, 1);
    assert.ok(said.includes('`webplus serve`'), said);
    assert.ok(!/panicked|backtrace/.test(said), said);
  });
  await step('nothing of it is left', async () => assert.deepEqual(await pids(), []));
}
