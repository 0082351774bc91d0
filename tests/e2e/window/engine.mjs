// A real model answers in the window; what is written survives a stop, a closed window and a power cut; no process is left.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { built, carrying } from '../lib/process.mjs';

const run = promisify(execFile);
const question = 'Write a very long story about a lighthouse keeper and the sea.';
const kills = 10;

export default async function journey({ step, open, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  let window = await step('the window opens', () => open());
  const runners = async () => (await carrying(process.env.WEBPLUS_JOURNEY)).filter((one) => one.name === 'webplus-runner');
  const textOf = ({ text }) => text;
  const get = (id) => window.call('message/get', { id });
  const written = (id, least) => until(`${least} letters are written`, async () => {
    const message = await get(id);
    return textOf(message).length >= least ? message : undefined;
  }, { within: 60_000 });

  const id = await step('the small model is added by a command while the window is open', async () => {
    const { stdout } = await run(built('webplus'), ['models', 'import', model, '--json']);
    return JSON.parse(stdout.trim().split('\n').at(-1)).model;
  });
  const ask = async (text = question, parameters = {}) => {
    const sent = await window.call('message/send', { text, model: id, parameters, systemPrompt: 'You are a helpful assistant.' });
    return sent.messages.at(-1).id;
  };

  await step('it answers', async () => {
    const message = await ask('What is the capital of France?', { temperature: 0, maxTokens: 40 });
    const done = await until('the answer has ended', async () => {
      const now = await get(message);
      return now.status === 'running' ? undefined : now;
    }, { within: 60_000 });
    assert.equal(done.status, 'succeeded');
    assert.match(textOf(done), /Paris/);
  });
  const stopped = await step('a stopped answer keeps what was written, and can be asked for again', async () => {
    const message = await ask();
    await written(message, 60);
    await window.call('message/stop', { id: message });
    const kept = await until('it has stopped', async () => {
      const now = await get(message);
      return now.status === 'running' ? undefined : now;
    });
    assert.equal(kept.status, 'cancelled');
    assert.ok(textOf(kept).length >= 60);
    const again = await window.call('message/regenerate', { id: message });
    await written(again.messages.at(-1).id, 40);
    return { id: message, text: textOf(kept), running: again.messages.at(-1).id };
  });
  await step('closing the window in the middle of an answer ends the engine and keeps the partial', async () => {
    const seen = textOf(await get(stopped.running));
    assert.equal((await runners()).length, 1);
    await window.close();
    assert.deepEqual(await runners(), []);
    window = await open();
    assert.equal(textOf(await get(stopped.id)), stopped.text);
    const partial = await get(stopped.running);
    assert.equal(partial.status, 'interrupted');
    assert.ok(textOf(partial).startsWith(seen), 'what had been seen is kept');
  });
  await step(`cut off ${kills} times, it loses no more than a second and leaves no process`, async () => {
    for (let time = 0; time < kills; time += 1) {
      const message = await ask();
      await written(message, 30);
      const before = textOf(await get(message));
      await pause(1000 + Math.random() * 700);
      await window.kill();
      await until('the engine has ended as well', async () => (await runners()).length === 0, { within: 2000 });
      window = await open();
      const kept = await get(message);
      // A short answer may have ended before the cut.
      assert.ok(['interrupted', 'succeeded'].includes(kept.status), kept.status);
      assert.ok(textOf(kept).startsWith(before), `${time}: what was there a second before is kept`);
    }
  });
  await step('it closes', () => window.close());
}
