// What a provider can do wrong, in the window: each is a sentence in the answer's place that says what to do, the question stays,
// what was typed and not sent stays, and once the cause is mended the same question is answered.

import { began, rightKey, startFaults, well } from '../lib/faults.mjs';
import { freePort } from '../lib/process.mjs';
import { choose, connect, draft, ended, lastQuestion, newChat, pickNamed, remedy, say, writeAgain } from '../lib/talk.mjs';

export default async function journey({ step, open, until, keys, assert }) {
  const faults = await startFaults();
  const port = await freePort();
  let late;
  try {
    const window = await step('the window opens and knows two servers, one of which is not there', async () => {
      const opened = await open();
      await connect(opened, 'Faulty', faults.url);
      await connect(opened, 'Away', `http://127.0.0.1:${port}/v1`);
      return opened;
    });
    /** Asks `model`, types on while it fails, and answers what is said; the question and the draft must have stayed. */
    const fails = async (model, question) => {
      await newChat(window);
      await choose(window, model);
      await say(window, question);
      await window.waitFor('article[aria-label^="Answer"]');
      await window.type('textarea[aria-label=Message]', 'Typed meanwhile');
      const { text, trouble } = await ended(window);
      assert.ok(trouble, `there is no alert: ${text}`);
      assert.ok(trouble.split('\n').some((line) => line.endsWith('.')), trouble);
      assert.match(await lastQuestion(window), new RegExp(question));
      assert.equal(await draft(window), 'Typed meanwhile');
      await window.clear('textarea[aria-label=Message]');
      return { text, trouble };
    };
    const answered = async () => {
      await until('it is answered', async () => (await ended(window)).text.includes(well), { within: 30_000 });
      assert.equal((await ended(window)).trouble, null);
    };

    await step('a model that the provider no longer has', async () => {
      const { trouble } = await fails('gone', 'Are you there?');
      assert.match(trouble, /The model isn’t there/);
      assert.match(trouble, /does not exist or you do not have access/);
      await window.picture('unknown-model');
      await remedy(window, 'Choose another model');
      await pickNamed(window, 'portal');
      const next = await until('the other model was asked', async () => {
        const now = await ended(window);
        return /web page/.test(now.trouble ?? '') && now;
      });
      assert.match(next.trouble, /web page/);
    });
    await step('the same comes back with the model', async () => {
      await newChat(window);
      await choose(window, 'gone');
      await say(window, 'And now?');
      await ended(window);
      faults.mend('gone');
      await writeAgain(window);
      await answered();
    });
    await step('a key that is refused', async () => {
      const { trouble } = await fails('strict', 'Will you let me in?');
      assert.match(trouble, /The provider refused the key/);
      assert.match(trouble, /Check it and enter it again\./);
      await window.picture('wrong-key');
      await remedy(window, 'Open providers and keys');
      await window.waitFor('button[aria-label="What can be done with Faulty"]');
      await window.picture('wrong-key-providers');
      const [{ id }] = (await window.call('provider/list')).filter(({ name }) => name === 'Faulty');
      await window.call('provider/set-key', { id, key: rightKey, keep: 'session' });
      await window.execute('history.back()');
      await ended(window);
      assert.match(await lastQuestion(window), /Will you let me in\?/);
      await writeAgain(window);
      await answered();
    });
    await step('a login page in place of an answer', async () => {
      const { trouble } = await fails('portal', 'Is this the internet?');
      assert.ok(trouble.includes(`Your network returned a web page instead of an answer from ${faults.host}.`), trouble);
      assert.match(trouble, /Sign in to the network in a browser/);
      assert.doesNotMatch(trouble, /Hotel|<html/);
      await window.picture('captive-portal');
      faults.mend('portal');
      await remedy(window, 'Try again');
      await answered();
    });
    await step('a line of 64 MB in the middle of an answer', async () => {
      const { text, trouble } = await fails('line', 'Say something long.');
      assert.ok(text.includes(began), 'what came before it is gone');
      assert.match(trouble, /a single piece of more than 8\.0 MiB/);
      assert.ok(faults.sent('line') < 32 << 20, `${faults.sent('line')} bytes were taken`);
      await window.picture('long-line');
      faults.mend('line');
      await remedy(window, 'Continue');
      await answered();
      assert.ok((await ended(window)).text.startsWith(began), 'it went on in another message');
    });
    await step('a server that is not there', async () => {
      await newChat(window);
      await window.click('button[aria-label^="Model:"]');
      await until('the picker says so', async () => (await window.execute('return document.body.innerText')).includes(`Nothing answers at 127.0.0.1:${port}`));
      await until('it stands still', () => window.execute('return document.getAnimations().length === 0'));
      await window.picture('unreachable-picker');
      await window.press(keys.escape);
      // As when it was chosen while the server was there.
      await window.call('message/send', { text: 'Hello over there?', model: 'away/m' });
      await window.clickNamed('Hello over there?');
      const { trouble } = await ended(window, { within: 90_000 });
      assert.match(trouble, /The provider can’t be reached/);
      assert.ok(trouble.includes(`Nothing answers at 127.0.0.1:${port}. Check that it is running and that the port is right.`), trouble);
      assert.match(await lastQuestion(window), /Hello over there\?/);
      await window.picture('unreachable');
      late = await startFaults({ port, models: ['m'] });
      await remedy(window, 'Try again');
      await answered();
    });
    await step('it closes', () => window.close());
  } finally {
    await faults.stop();
    await late?.stop();
  }
}
