// Model files that are cut, torn or no models at all, in the window: refused with a sentence where they are added; one that is cut
// after it was added is called damaged wherever it is used; a chat whose model was removed says so and goes on with another. The
// questions stay.

import { copyFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startFaults, well } from '../lib/faults.mjs';
import { pickFile } from '../lib/pick.mjs';
import { choose, composer, connect, draft, ended, lastQuestion, newChat, pickNamed, remedy, say } from '../lib/talk.mjs';

const first = 'article[aria-label^="Answer"]';

export default async function journey({ step, open, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  const faults = await startFaults({ models: ['other'] });
  try {
    const window = await step('the window opens', () => open());
    const file = (name) => path.join(process.env.HOME, name);
    const shown = (words) => window.execute('return document.body.innerText').then((text) => text.includes(words));
    const listed = async () => (await window.call('model/list', { refresh: true })).models.filter(({ id }) => id.startsWith('embedded/'));
    const folder = path.join(process.env.XDG_DATA_HOME, 'webplus', 'models');
    /** Adds through the dialog and answers the sentence with which it is refused. */
    const refused = async (name) => {
      await pickFile(window, 'Choose a file', file(name));
      const words = await until(`${name} is refused`, () => window.execute(`return [...document.querySelectorAll('[role=alert]')]
        .map((one) => one.innerText).find((text) => text.includes(arguments[0]))`, `${name} wasn’t added.`), { within: 30_000 });
      assert.deepEqual(await listed(), []);
      return words;
    };
    const dismiss = async (name) => {
      await window.click(`button[aria-label="Dismiss ${name}"]`);
      await window.waitForNo(`button[aria-label="Dismiss ${name}"]`);
    };

    await step('what is no model', async () => {
      await writeFile(file('notes.gguf'), 'not a model at all');
      assert.match(await refused('notes.gguf'), /This is not a GGUF model file, or only its name is\. Choose a file ending in \.gguf, or get it again\./);
      await window.picture('no-model');
      await dismiss('notes.gguf');
    });
    await step('a file that ends in its weights, and one that ends in its header', async () => {
      const { size } = await stat(model);
      for (const [name, length] of [['half.gguf', Math.floor(size / 2)], ['head.gguf', 4000]]) {
        await copyFile(model, file(name));
        await truncate(file(name), length);
        const words = await refused(name);
        assert.match(words, /The model's file is damaged: it ends too early, as after a broken download\. Get the file again\./);
        await window.picture(name.replace('.gguf', ''));
        await dismiss(name);
      }
      assert.deepEqual(await readdir(folder).catch(() => []), [], 'something of them was kept');
    });
    const added = await step('a whole one is added, asked, and answers', async () => {
      await pickFile(window, 'Choose a file', model);
      const [one] = await until('it is listed', async () => ((await listed()).length > 0 ? listed() : undefined), { within: 60_000 });
      await window.clickNamed('Try it now');
      await newChat(window);
      await choose(window, one.name);
      await say(window, 'What is the capital of France?');
      await until('it answers', async () => (await window.call('conversation/list')).items.length > 0 && (await window.find(first)), { within: 60_000 });
      await until('it writes', async () => /Paris|(\S+\s+){12}/.test((await window.execute(`return document.querySelector('${first}').innerText`)).replace(/^(Loading|Reading).*/, '')), { within: 60_000 });
      await window.execute("document.querySelector('button[aria-label=Stop]')?.click()");
      await ended(window);
      await window.call('model/stop', { id: one.id });
      return one;
    });
    await step('cut after it was added, it is called damaged: in the chat, in the table, when it is loaded', async () => {
      const [name] = await readdir(folder);
      const kept = path.join(folder, name);
      await truncate(kept, Math.floor((await stat(kept)).size / 2));
      await say(window, 'And of Spain?');
      await until('it is asked', async () => /of Spain/.test(await lastQuestion(window)));
      const { trouble } = await ended(window);
      assert.ok(trouble, 'it says nothing');
      assert.match(trouble, /Remove (it|the model) and add it again\./);
      assert.ok(!trouble.includes(folder), `the page sees a path: ${trouble}`);
      assert.match(await lastQuestion(window), /And of Spain\?/);
      // A refusal this quick is on the page before the picture of it is.
      await window.executeAsync('setTimeout(arguments[0], 300)');
      await window.picture('damaged-chat');
      const [now] = await listed();
      assert.equal(now.state.type, 'damaged');
      await remedy(window, 'Open Models');
      await until('the table says so', () => shown('Damaged'));
      await window.clickNamed(added.name);
      await until('its details say what to do', () => shown('This model can’t be used'));
      assert.ok(await shown(now.state.reason));
      await window.picture('damaged-details');
    });
    await step('removed, its chat says that it isn’t there, and another answers the same question', async () => {
      await window.clickNamed('Remove model');
      await window.waitFor('[role=alertdialog]');
      await window.execute(`[...document.querySelectorAll('[role=alertdialog] button')].find((one) => one.textContent.startsWith('Remove model')).click()`);
      await until('it is gone', async () => (await listed()).length === 0);
      await window.waitForNo('[role=alertdialog]');
      await until('nothing lies over the page', () => window.execute('return !document.querySelector("[role=alertdialog], [data-base-ui-inert]")'));
      await connect(window, 'Other', faults.url);
      await window.clickNamed('Chat');
      await window.waitFor(composer);
      await until('the chat is there', () => shown('What is the capital of France?'));
      await window.clickNamed('What is the capital of France?');
      await window.waitFor(first);
      await say(window, 'And of Italy?');
      await until('it is asked', async () => /of Italy/.test(await lastQuestion(window)));
      await window.type(composer, 'Typed meanwhile');
      const { trouble } = await ended(window);
      assert.match(trouble, /The model isn’t there/);
      assert.match(trouble, /\.$/m);
      assert.equal(await draft(window), 'Typed meanwhile');
      await window.picture('removed');
      await remedy(window, 'Choose another model');
      await window.waitFor('input[role=combobox]');
      await pickNamed(window, 'other');
      await until('the other answers', async () => (await ended(window)).text.includes(well));
      assert.match(await lastQuestion(window), /And of Italy\?/);
      await window.picture('answered-by-another');
    });
    await step('it closes', () => window.close());
  } finally {
    await faults.stop();
  }
}
