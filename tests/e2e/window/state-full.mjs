// The disk fills while an answer streams, reserve and all: the text stays on the screen, the page says what happened and what to
// do, and once there is room again it is saved, without a restart and without a word missing.

import { execFile } from 'node:child_process';
import { mkdir, open as openFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { connect, openConversation, said, says } from '../lib/asking.mjs';
import { data } from '../lib/folder.mjs';
import { startScripted } from '../lib/scripted.mjs';
import { keys } from '../lib/webdriver.mjs';

export const needs = { keychain: false, mounts: true };

const run = promisify(execFile);
const message = 'textarea[aria-label=Message]';
const answer = '[aria-label^="Answer, message"]';
const question = 'Say words until I stop you';

export default async function journey({ step, open, until, assert }) {
  const scripted = await startScripted();
  let window = await step('the data lies on a small disk', async () => {
    await mkdir(data(), { recursive: true, mode: 0o700 });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=0700', 'none', data()]);
    return open();
  });
  const shown = () => window.execute(`return [...document.querySelectorAll('${answer}')].at(-1)?.innerText ?? ''`);
  const words = (text) => [...text.matchAll(/word(\d+)/g)].length;

  const id = await step('an answer streams', async () => {
    const model = await connect(window, scripted);
    const sent = await window.call('message/send', { text: question, model: model('words') });
    await openConversation(window, question);
    await until('it has begun', async () => words(await shown()) > 10);
    return sent.messages.at(-1).id;
  });
  const filler = await step('the disk fills, and what is given up is taken as well', () => fill(data('somebody-else.bin')));
  await step('the answer goes on, and the page says that it isn’t saved', async () => {
    const before = words(await shown());
    await says(window, 'The disk is full', { within: 15_000 });
    await until('more words come', async () => words(await shown()) > before + 20);
    await window.picture('streaming');
  });
  await step('its end can’t be saved; it stays on the screen', async () => {
    await window.click('button[aria-label=Stop]');
    await window.waitForNo('button[aria-label=Stop]');
    await says(window, 'as soon as there is room');
    await window.picture('unsaved');
  });
  const seen = words(await shown());
  assert.ok(seen > 30, `${seen} words`);
  await step('a message is refused where it was written, and stays there', async () => {
    await window.type(message, 'And then?');
    await window.press(keys.enter);
    await until('the refusal is shown', async () => (await said(window)).includes('It wasn’t sent'));
    await until('the text is in the composer', () => window.execute(`return document.querySelector('${message}').value === 'And then?'`));
    await window.picture('refused');
  });
  await step('with room again it is saved, without a restart', async () => {
    await filler.stop();
    const saved = await until('it has ended as it should', async () => {
      const now = await window.call('message/get', { id });
      return now.status === 'cancelled' && now;
    }, { within: 15_000 });
    assert.ok(words(saved.text) >= seen);
    await until('the answer says so no more', async () => !(await shown()).includes('as soon as there is room'));
    assert.ok(words(await shown()) >= seen);
    await window.picture('saved');
  });
  await step('it is there after a power cut', async () => {
    await window.kill();
    window = await open();
    const kept = await window.call('message/get', { id });
    assert.equal(kept.status, 'cancelled');
    assert.ok(words(kept.text) >= seen, `${words(kept.text)} of ${seen} words`);
    await openConversation(window, question);
    await says(window, `word${seen}`);
    await window.close();
  });
  await scripted.stop();
}

/** Takes all room there is, and what becomes free, until it is stopped. */
async function fill(file) {
  const handle = await openFile(file, 'w', 0o600);
  let on = true;
  const block = Buffer.alloc(64 * 1024, 1);
  const work = (async () => {
    let size = block.length;
    while (on) {
      try {
        await handle.write(block, 0, size);
        size = Math.min(size * 2, block.length);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        if (size > 512) size /= 2;
        else await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  })();
  return {
    stop: async () => {
      on = false;
      await work;
      await handle.close();
      await rm(file);
    },
  };
}
