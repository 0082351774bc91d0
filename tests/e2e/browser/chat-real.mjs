// A real model answers in the page: it is loaded, its words stream, it is stopped and goes on, and a kill of the server loses nothing.

import { built, start } from '../lib/process.mjs';

export const needs = { keychain: false };

export default async function journey({ step, skip, serve, visit, picture, model, assert }) {
  if (!model) skip('WEBPLUS_TEST_MODEL names no model');
  const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
  await step('the model is imported', async () => {
    const command = start(built('webplus'), ['--data-dir', server.data, 'models', 'import', model, '--json'], { log: 'import' });
    assert.equal(await command.ended, 0);
  });
  const { models } = await server.call('model/list');
  const sent = await server.call('message/send', { text: 'Tell me about the sea, at length.', model: models[0].id });
  const at = `/chat/${sent.conversation.id}`;
  const page = await visit(server, { at });
  const answer = page.getByRole('article', { name: /^Answer/ });
  const words = () => answer.innerText();

  await step('its words stream', async () => {
    await page.waitForFunction(() => (document.querySelectorAll('article')[1]?.innerText.length ?? 0) > 120, null, { timeout: 60_000 });
    await picture(page, 'streaming');
  });
  await step('Esc stops it, Continue goes on in the same message', async () => {
    await page.keyboard.press('Escape');
    await answer.getByText('You stopped it here.').waitFor();
    const stopped = (await words()).length;
    await answer.hover();
    await answer.getByRole('button', { name: 'Continue' }).click();
    await page.waitForFunction((before) => document.querySelectorAll('article')[1].innerText.length > before + 60, stopped, { timeout: 60_000 });
  });
  await step('after the server was killed the page shows what it had, and a way on', async () => {
    const before = (await answer.locator('p').first().innerText()).slice(0, 60);
    await server.kill();
    const again = await serve({ data: server.data, env: { WEBPLUS_OLLAMA: 'off' } });
    const reopened = await visit(again, { at });
    await reopened.getByText(before).waitFor();
    await reopened.getByRole('button', { name: 'Continue' }).first().waitFor();
    await picture(reopened, 'interrupted');
  });
}
