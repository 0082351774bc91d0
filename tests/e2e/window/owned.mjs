// The window opens whatever state the data is in: with another owner it says who, and goes on by itself once that has ended.

import path from 'node:path';
import { built, end, start } from '../lib/process.mjs';

export default async function journey({ step, open, until, assert }) {
  const data = path.join(process.env.XDG_DATA_HOME, 'webplus');
  const owner = await step('a server owns the data folder', async () => {
    const child = start(built('webplus'), ['--data-dir', data, 'serve'], { log: 'serve' });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return child;
  });
  const window = await step('the window opens all the same', () => open());
  await step('every call says why it is refused and what to do', async () => {
    await assert.rejects(window.call('system/status'), (refusal) => refusal.code === 'busy' && refusal.message.length > 20 && refusal.traceId.length > 0);
    await window.picture('owned');
  });
  await step('when the server has ended, the window goes on', async () => {
    await end(owner);
    await until('a call is answered', () => window.call('system/status').catch(() => undefined));
  });
  await step('it closes', () => window.close());
}
