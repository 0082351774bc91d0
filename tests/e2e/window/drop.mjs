// A model file is dragged onto the window by another program, dropped, and answers; what is no model is refused with a sentence.

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drag } from '../lib/drag.mjs';
import { choose, ended, newChat, say } from '../lib/talk.mjs';

const hint = 'Drop GGUF files, or a folder of them';

export default async function journey({ step, open, model, until, skip, assert }) {
  if (process.platform !== 'linux') skip('files are dragged over XDND, which only Linux has');
  if (!model) skip('the small model is not at hand');
  const folder = path.join(process.env.HOME, 'Downloads & more');
  const file = path.join(folder, 'Größe 100% smol.gguf');
  const other = path.join(folder, 'paper.pdf');
  const window = await step('the window opens', async () => {
    await mkdir(folder);
    await copyFile(model, file);
    await writeFile(other, '%PDF-1.7 and no model');
    return open();
  });
  const shown = (words) => window.execute('return document.body.innerText').then((text) => text.includes(words));
  const listed = async () => (await window.call('model/list')).models.filter(({ id }) => id.startsWith('embedded/'));

  await step('a file that is held over it shows where it would go, and nothing when it goes away', async () => {
    const held = await drag([file]);
    await until('the place says so', () => shown(hint));
    await window.picture('held');
    await held.leave();
    await until('it says nothing more', async () => !(await shown(hint)));
    assert.deepEqual(await listed(), []);
  });
  await step('what is dropped is checked and added, the page stays where it is', async () => {
    const held = await drag([file]);
    await until('the place says so', () => shown(hint));
    await held.drop();
    const [added] = await until('it is listed', async () => ((await listed()).length > 0 ? listed() : undefined), { within: 60_000 });
    assert.equal(added.state.type, 'on_disk');
    assert.equal(await shown(hint), false);
    assert.match(await window.execute('return location.href'), /^tauri:\/\/localhost/);
    await until('the first screen offers it', () => shown('It is on this computer already'));
    await window.picture('dropped');
  });
  await step('it is a model like any other: loaded, asked, answering', async () => {
    const [{ id, name }] = await listed();
    await window.clickNamed('Try it now');
    await newChat(window);
    await choose(window, name);
    await say(window, 'What is the capital of France?');
    const words = `[...document.querySelectorAll('article[aria-label^="Answer"]')].at(-1)?.innerText ?? ''`;
    await until('it answers', async () => /Paris|(\S+\s+){12}/.test((await window.execute(`return ${words}`)).replace(/^(Loading|Reading).*/, '')), { within: 60_000 });
    // The smallest of models doesn't always find an end.
    await window.execute("document.querySelector('button[aria-label=Stop]')?.click()");
    const { trouble } = await ended(window);
    assert.equal(trouble, null);
    await window.picture('answering');
    assert.equal((await listed()).find((one) => one.id === id).state.type, 'loaded');
  });
  await step('what is no model is refused in place, by name, and can be put aside', async () => {
    await window.clickNamed('Models');
    const held = await drag([other]);
    await until('the place says so', () => shown(hint));
    await held.drop();
    await until('it says so', () => shown('paper.pdf wasn’t added.'));
    assert.ok(await shown('This is not a GGUF model file, or only its name is. Choose a file ending in .gguf, or get it again.'));
    await window.picture('refused');
    await window.click('button[aria-label="Dismiss paper.pdf"]');
    await until('it is gone', async () => !(await shown('paper.pdf')));
  });
  await step('a file that is dropped again is there once', async () => {
    const held = await drag([file]);
    await held.drop();
    await until('it is looked at', () => shown('Checking Größe 100% smol.gguf'));
    await until('it has been looked at', async () => !(await shown('Checking Größe')), { within: 60_000 });
    assert.equal((await listed()).length, 1);
    await window.picture('again');
  });
  await step('it closes', () => window.close());
}
