// A gigabyte from a provider, in three shapes, in the window: it is cut off with a sentence, the question stays, and memory stays
// flat, that of the application and that of its page.

import { startFaults, well } from '../lib/faults.mjs';
import { resident, watched } from '../lib/memory.mjs';
import { choose, connect, ended, lastQuestion, newChat, remedy, say } from '../lib/talk.mjs';

const mib = 1 << 20;

/** The most that a process may grow by, in MiB, while a gigabyte comes that is no answer; and while one comes that is, up to its end. */
const barren = 96;
const written = { app: 192, page: 640, network: 32 };

export default async function journey({ step, open, until, assert }) {
  const faults = await startFaults();
  try {
    const window = await step('the window opens and has answered once', async () => {
      const opened = await open();
      await connect(opened, 'Faulty', faults.url);
      faults.mend('gone');
      await newChat(opened);
      await choose(opened, 'gone');
      await say(opened, 'Warm up.');
      await until('it is answered', async () => (await ended(opened)).text.includes(well));
      return opened;
    });
    /** Asks for the gigabyte; answers what is said, with what memory did in between. */
    const floods = async (model, question, most = {}) => {
      await newChat(window);
      await choose(window, model);
      const before = await resident();
      const { most: peak, answer } = await watched(async () => {
        await say(window, question);
        await window.waitFor('article[aria-label^="Answer"]');
        return ended(window, { within: 120_000 });
      });
      const after = await resident();
      const words = Object.keys(before).map((part) => `${part} ${[before, peak, after].map((now) => Math.round(now[part] / mib)).join('→')}`);
      console.log(`        ${model}: ${Math.round(faults.sent(model) / mib)} MiB were taken; MiB in memory before→most→after: ${words.join(', ')}`);
      assert.match(await lastQuestion(window), new RegExp(question));
      assert.ok(answer.trouble?.split('\n').some((line) => line.endsWith('.')), answer.text.slice(0, 500));
      for (const part of Object.keys(before)) {
        assert.ok(peak[part] - before[part] < (most[part] ?? barren) * mib, `${model}: ${part} grew by ${Math.round((peak[part] - before[part]) / mib)} MiB`);
      }
      return answer;
    };

    await step('as one JSON text', async () => {
      const { trouble } = await floods('body', 'One big answer?');
      assert.match(trouble, /answered with more than 32 MiB/);
      await window.picture('body');
    });
    await step('as a stream that never says anything', async () => {
      const { trouble } = await floods('pings', 'Silence?');
      assert.match(trouble, /sent far more than an answer can be; it was cut off\./);
      await window.picture('pings');
    });
    await step('as a stream of words', async () => {
      const { text, trouble } = await floods('flood', 'How much can you say?', written);
      assert.match(trouble, /wrote on beyond 4 MiB, which no answer needs; it was cut off and what came is kept\./);
      assert.ok(text.includes('word word word'));
      await window.picture('flood');
    });
    await step('the same question is answered once the server has come to its senses', async () => {
      await window.clickNamed('One big answer?');
      await ended(window);
      faults.mend('body');
      await remedy(window, 'Try again');
      await until('it is answered', async () => (await ended(window)).text.includes(well), { within: 30_000 });
    });
    await step('it closes', () => window.close());
  } finally {
    await faults.stop();
  }
}
