// The session itself: a keychain of its own that keeps what it is given, and a home that is nobody's. What the other journeys
// say about keys is worth as much as this.

import path from 'node:path';

export default async function journey({ step, skip, keychain, assert }) {
  await step('the home is a throw-away folder', () => {
    assert.ok(path.resolve(process.env.HOME).startsWith(path.resolve(process.env.WEBPLUS_JOURNEY)));
  });
  if (process.platform !== 'linux') skip('the keychain of a session exists on Linux only');
  await step('the keychain gives back what it was given', async () => {
    await keychain.store('A note', 'kept for a moment', { service: 'webplus-journey', account: 'note' });
    assert.equal(await keychain.lookup({ service: 'webplus-journey', account: 'note' }), 'kept for a moment');
    assert.equal(await keychain.lookup({ service: 'webplus-journey', account: 'other' }), undefined);
  });
  await step('it survives being stopped and started', async () => {
    await keychain.stop();
    await keychain.start();
    assert.equal(await keychain.lookup({ service: 'webplus-journey', account: 'note' }), 'kept for a moment');
  });
}
