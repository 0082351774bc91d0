// A conversation with the scripted server (scripted.mjs), held through the application's own verbs, and looked at in the page.

import { until } from './process.mjs';

/** Adds the scripted server as a provider and waits until its models are listed. */
export async function connect(window, scripted) {
  await window.call('provider/add', { kind: 'openai_compatible', name: 'Scripted', baseUrl: scripted.url, key: 'sk-scripted', keep: 'session' });
  const { models } = await until('the scripted models are listed', async () => {
    const list = await window.call('model/list', { refresh: true });
    return list.models.some(({ id }) => id.endsWith('/words')) && list;
  });
  return (name) => models.find(({ id }) => id.endsWith(`/${name}`)).id;
}

/** Asks and waits for the end; answers the conversation's id and the answer. */
export async function ask(window, model, text) {
  const { messages } = await window.call('message/send', { text, model });
  const answer = messages.at(-1);
  const ended = await until('the answer has ended', async () => {
    const now = await window.call('message/get', { id: answer.id });
    return now.status !== 'running' && now;
  }, { within: 30_000 });
  return { conversation: ended.conversationId, answer: ended };
}

/** Opens a conversation from the list at the left. */
export async function openConversation(window, title) {
  await until(`"${title}" is in the list`, () => window.execute(
    `const row = [...document.querySelectorAll('[data-row]')].find((one) => one.textContent.includes(arguments[0]));
     row?.click();
     return row !== undefined;`, title));
}

/** Everything that the page says. */
export function said(window) {
  return window.execute('return document.body.innerText');
}

/** Waits until the page says that. */
export function says(window, words, options) {
  return until(`the page says "${words}"`, async () => (await said(window)).replaceAll(/\s+/g, ' ').includes(words), options);
}
