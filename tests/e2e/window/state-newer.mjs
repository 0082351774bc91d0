// A database that a newer Web+ has written: the window opens, says so and what to do, and not a byte of it is changed.

import { ask, connect, openConversation, says } from '../lib/asking.mjs';
import { database, fingerprints, schema, setSchema } from '../lib/folder.mjs';
import { startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

export default async function journey({ step, open, assert }) {
  const scripted = await startScripted();
  let window = await step('a conversation is held', async () => {
    const opened = await open();
    const model = await connect(opened, scripted);
    await ask(opened, model('rich'), 'What did you find?');
    await opened.close();
  });
  await scripted.stop();
  const ours = await schema(database());
  await step('the database becomes one of a newer version', () => setSchema(database(), ours + 7));
  const before = await fingerprints();

  await step('the window opens and says so, and what to do', async () => {
    window = await open();
    await says(window, 'was written by a newer version of Web+');
    await says(window, 'Update Web+, or start it with another data folder');
    await window.picture('newer');
    await assert.rejects(window.call('conversation/list'), (refusal) => refusal.message.includes('newer version'));
  });
  await step('nothing that it holds was touched', async () => {
    assert.deepEqual(await fingerprints(), before);
    await window.close();
    assert.deepEqual(await fingerprints(), before);
  });
  await step('put right while the window is open, it goes on without a restart', async () => {
    window = await open();
    await says(window, 'was written by a newer version of Web+');
    await setSchema(database(), ours);
    await window.clickNamed('Try again');
    await openConversation(window, 'What did you find?');
    await says(window, 'A report with everything');
    await window.picture('again');
    await window.close();
  });
}
