// A data folder that can't be written: the window opens and shows what is there, says so, refuses a message without losing it,
// and leaves every byte alone.

import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ask, connect, openConversation, said, says } from '../lib/asking.mjs';
import { data, fingerprints } from '../lib/folder.mjs';
import { bound } from '../lib/powers.mjs';
import { startScripted } from '../lib/scripted.mjs';
import { keys } from '../lib/webdriver.mjs';

export const needs = { keychain: false };

const message = 'textarea[aria-label=Message]';

export default async function journey({ step, open, until, skip, assert }) {
  const through = await bound();
  if (!through) skip('root may write everywhere here, and that can’t be taken away');
  const scripted = await startScripted();
  let window = await step('a conversation is held', async () => {
    const opened = await open();
    const model = await connect(opened, scripted);
    await ask(opened, model('rich'), 'What did you find?');
    await opened.close();
  });
  await step('the folder is closed to writing', () => permit(0o500, 0o400));
  const before = await fingerprints();

  await step('the window opens, says so, and shows what is there', async () => {
    window = await open({ through });
    await says(window, 'Nothing can be saved.');
    await says(window, "can't be written to, so you can look but not change anything. Check its permissions, then start Web+ again.");
    await openConversation(window, 'What did you find?');
    await says(window, 'A report with everything');
    await window.picture('read-only');
  });
  await step('a message is refused where it was written, and stays there', async () => {
    const text = 'A thought that must not be lost';
    await window.type(message, text);
    await window.press(keys.enter);
    await until('the refusal is shown', async () => (await said(window)).includes("The data folder can't be written to. Check"));
    await until('the text is in the composer', () => window.execute(`return document.querySelector('${message}').value === arguments[0]`, text));
    await window.picture('refused');
  });
  await step('nothing was touched', async () => {
    assert.deepEqual(await fingerprints(), before);
    await window.close();
    assert.deepEqual(await fingerprints(), before);
  });
  await step('once it may be written, everything is there and goes on', async () => {
    await permit(0o700, 0o600);
    window = await open();
    assert.ok(!(await said(window)).includes('Nothing can be saved'));
    const model = await connect(window, scripted);
    await ask(window, model('rich'), 'And now?');
    assert.deepEqual((await window.call('conversation/list')).items.map(({ title }) => title), ['And now?', 'What did you find?']);
    await window.close();
  });
  await scripted.stop();
}

/** Gives every folder and every file of the data folder these permissions. */
async function permit(folders, files) {
  const all = await readdir(data(), { withFileTypes: true, recursive: true });
  await chmod(data(), folders);
  for (const one of all) await chmod(path.join(one.parentPath ?? one.path, one.name), one.isDirectory() ? folders : files);
}
