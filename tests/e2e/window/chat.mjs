// A person's first quarter of an hour in the window: a model is added from a file through the system's dialog, asked, stopped,
// asked again; after a restart everything is there.

import { openConversation } from '../lib/asking.mjs';
import { pickFile } from '../lib/pick.mjs';
import { writeAgain } from '../lib/talk.mjs';
import { keys } from '../lib/webdriver.mjs';

const message = 'textarea[aria-label=Message]';
const answer = '[aria-label^="Answer, message"]';

export default async function journey({ step, open, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  let window = await step('the window opens', () => open());
  const last = async () => {
    const all = await window.execute(`return [...document.querySelectorAll('${answer}')].map((one) => one.innerText)`);
    return all.at(-1) ?? '';
  };

  /** Which message the last answer is. */
  const shown = () => window.execute(`return [...document.querySelectorAll('${answer}')].at(-1)?.dataset.message`);

  // Text that streams moves what is under the pointer; the button itself is pressed. On a busy machine an answer may be over before
  // anybody gets to press it: then there is nothing to stop, and nothing to wait for.
  const stop = () => until('it is stopped, or over', () => window.execute(`const button = document.querySelector('button[aria-label=Stop]');
    button?.click();
    return button !== null || [...document.querySelectorAll('${answer}')].at(-1)?.querySelector('footer') !== null`));

  await step('the small model is added through the system’s dialog', async () => {
    await pickFile(window, 'Choose a file', model);
    await until('it is listed', async () => (await window.call('model/list')).models.some(({ id }) => id.startsWith('embedded/')), { within: 30_000 });
    await window.picture('first-start');
  });
  await step('it is asked, and its answer streams', async () => {
    await window.clickNamed('Try it now');
    await window.type(message, 'Write a very long story about a lighthouse keeper and the sea.');
    await window.press(keys.enter);
    await until('the answer has begun', async () => (await last()).length > 60, { within: 60_000 });
    const before = (await last()).length;
    await until('it grows', async () => (await last()).length > before + 20, { within: 60_000 });
    await window.picture('streaming');
  });
  await step('it is stopped and keeps what was written', async () => {
    await stop();
    await window.waitForNo('button[aria-label=Stop]');
    assert.ok((await last()).length > 60);
  });
  await step('it is asked for again; both versions are kept', async () => {
    const first = await shown();
    // Its menu comes a moment after the press: it is waited for.
    await writeAgain(window);
    await until('the second answer is shown', async () => (await shown()) !== first, { within: 30_000 });
    await until('the second answer has begun', async () => (await last()).length > 60, { within: 60_000 });
    await stop();
    await until('there are two versions', () => window.find('[aria-label=Versions]'));
  });
  await step('after a restart both versions are there, every letter of them', async () => {
    const { items: [conversation] } = await window.call('conversation/list');
    /** What is kept of both, oldest first. */
    const kept = async () => {
      const { items } = await window.call('message/list', { conversationId: conversation.id, limit: 10 });
      const versions = await Promise.all(items.at(-1).siblings.map((id) => window.call('message/get', { id })));
      return versions.map(({ id, text, status }) => ({ id, text, status }));
    };
    /** What is shown of it: its own words, without what is told about it. */
    const words = () => window.execute(`const all = [...document.querySelectorAll('${answer}')].at(-1)?.querySelectorAll('p') ?? [];
      return [...all].map((one) => one.innerText).join(' ')`);
    const shownVersions = async () => {
      const second = await words();
      await window.clickNamed('Version before');
      await until('the other version is shown', async () => (await shown()) === before[0].id && (await words()) !== '');
      const first = await words();
      await window.clickNamed('Version after');
      await until('the newest version is shown again', async () => (await shown()) === before[1].id);
      return [first, second];
    };
    const before = await until('neither is being written', async () => {
      const now = await kept();
      return now.every(({ status }) => status !== 'running') && now;
    }, { within: 60_000 });
    assert.equal(before.length, 2);
    const shownBefore = await shownVersions();
    for (const [index, { text }] of before.entries()) {
      assert.ok(shownBefore[index].length > 40 && text.length > 40, `version ${index + 1} is short: ${text}`);
    }
    await window.close();
    window = await open();
    const { items } = await window.call('conversation/list');
    assert.equal(items.length, 1);
    await openConversation(window, items[0].title.slice(0, 20));
    await until('the answer is shown', async () => (await shown()) === before[1].id);
    assert.deepEqual(await kept(), before);
    assert.deepEqual(await shownVersions(), shownBefore);
    await window.picture('again');
    await window.close();
  });
}
