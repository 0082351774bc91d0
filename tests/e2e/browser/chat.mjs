// A conversation from its first message on: it streams, is stopped, written again by another model, edited, and after a reload
// everything is there. Two pages on one conversation agree.

import { until } from '../lib/process.mjs';
import { rich, startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const scripted = await startScripted();
  try {
    const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
    await server.call('provider/add', { kind: 'openai_compatible', name: 'Scripted', baseUrl: scripted.url, key: 'sk-test', keep: 'session' });
    const page = await visit(server, { at: '/chat', permissions: ['clipboard-read', 'clipboard-write'] });
    const composer = page.getByLabel('Message', { exact: true });
    const answers = page.getByRole('article', { name: /^Answer/ });
    const own = page.getByRole('article', { name: /^You/ });

    await step('a model is chosen by keyboard', async () => {
      await composer.waitFor();
      await page.getByRole('button', { name: /^Model:/ }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('combobox', { name: /find by name/ }).fill('words');
      await picture(page, 'picker');
      await accessible(page);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Model: words' }).waitFor();
      await accessible(page);
    });

    await step('the first message makes a conversation and its answer streams', async () => {
      await composer.fill('Say words until I stop you');
      await composer.press('Enter');
      await page.waitForURL(/\/chat\/.+/);
      await answers.getByText('word12').waitFor();
      await page.getByRole('list', { name: 'Conversations' }).getByText('Say words until I stop you').waitFor();
      assert.equal(await focused(page), 'Message');
      await picture(page, 'streaming');
    });

    await step('a second page on the conversation streams along', async () => {
      const other = await visit(server, { at: new URL(page.url()).pathname });
      await other.getByText('word40').waitFor();
      await other.context().close();
    });

    await step('Esc stops it, and what was written stays', async () => {
      await page.keyboard.press('Escape');
      await answers.getByText('You stopped it here.').waitFor();
      await answers.getByText('word40').waitFor();
      assert.equal(scripted.requests.length, 1);
    });

    await step('another model writes it again, as another version', async () => {
      await answers.last().hover();
      await answers.getByRole('button', { name: 'Write again' }).click();
      await page.getByRole('menuitem', { name: 'With another model…' }).click();
      await page.getByRole('combobox', { name: /find by name/ }).fill('rich');
      await page.keyboard.press('Enter');
      await answers.getByRole('heading', { name: 'A report with everything' }).waitFor();
      await answers.getByText('2/2').waitFor();
      await picture(page, 'rich');
      await accessible(page);
    });

    await step('code, an answer and a message are copied as they were written', async () => {
      const copied = (text) => until('it is in the clipboard', async () => (await page.evaluate(() => navigator.clipboard.readText())).trimEnd() === text.trimEnd());
      await answers.last().getByRole('button', { name: 'Copy code' }).first().click();
      await copied(/```python\n([^]*?)\n```/.exec(rich)[1]);
      await answers.last().getByText('mermaid', { exact: true }).waitFor();
      await answers.last().hover();
      await answers.last().getByRole('button', { name: 'Copy as it was written' }).click();
      await copied(rich);
      await own.last().hover();
      await own.last().getByRole('button', { name: 'Copy as it was written' }).click();
      await copied('Say words until I stop you');
    });

    await step('nothing of the answer was fetched, and its formulas are MathML', async () => {
      assert.ok((await page.locator('article math').count()) >= 2);
      assert.equal(await page.locator('article img').count(), 0);
      assert.ok(!page.consoleLines.some((line) => line.includes('images.example.net')));
    });

    await step('code gets its colours', () => page.locator('article .code-keyword').first().waitFor());

    await step('Alt+← goes to the version before, Alt+→ back', async () => {
      await composer.focus();
      await page.keyboard.press('Alt+ArrowLeft');
      await answers.getByText('1/2').waitFor();
      await answers.getByText('You stopped it here.').waitFor();
      await page.keyboard.press('Alt+ArrowRight');
      await answers.getByText('2/2').waitFor();
    });

    await step('↑ in the empty composer edits the message', async () => {
      await composer.focus();
      await page.keyboard.press('ArrowUp');
      const editor = page.getByLabel('Edit your message');
      await editor.waitFor();
      await accessible(page);
      await editor.fill('Show me everything');
      await editor.press('Enter');
      await own.getByText('Show me everything').waitFor();
      await own.getByText('2/2').waitFor();
      await answers.getByText('A claim with a footnote').waitFor();
      await answers.getByText(/tokens/).waitFor();
    });

    await step('what is typed and not sent outlives a reload, like everything else', async () => {
      await composer.fill('Not sent yet');
      await page.waitForTimeout(900);
      await page.reload();
      await composer.waitFor();
      assert.equal(await composer.inputValue(), 'Not sent yet');
      await answers.getByText('A claim with a footnote').waitFor();
      await page.getByRole('region', { name: 'Messages' }).evaluate((list) => list.scrollTo(0, 0));
      await own.getByText('Show me everything').waitFor();
      await own.getByRole('button', { name: 'Version before' }).click();
      await own.getByText('Say words until I stop you').waitFor();
      await answers.getByRole('heading', { name: 'A report with everything' }).waitFor();
      await composer.fill('');
    });

    await step('a refused key says so in place, with the button that helps', async () => {
      await page.getByRole('button', { name: /^Model:/ }).click();
      await page.getByRole('combobox', { name: /find by name/ }).fill('refuses');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Model: refuses' }).waitFor();
      await composer.fill('Will you?');
      await composer.press('Enter');
      await answers.last().getByRole('button', { name: 'Open providers and keys' }).waitFor();
      await accessible(page);
      await picture(page, 'refused');
    });

    await step('the settings beside it are kept', async () => {
      await page.keyboard.press('Control+.');
      const prompt = page.getByLabel('System prompt');
      await prompt.fill('Answer in rhymes.');
      await page.getByRole('textbox', { name: 'Temperature, number' }).waitFor();
      await accessible(page);
      await picture(page, 'settings');
      await prompt.blur();
      await page.reload();
      await composer.waitFor();
      assert.equal(await page.getByLabel('System prompt').inputValue(), 'Answer in rhymes.');
    });

    await step('they are saved as a preset, which a new chat takes, and deleted', async () => {
      await page.getByRole('button', { name: 'Save as a preset' }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Rhymes');
      await accessible(page);
      await picture(page, 'preset');
      await page.getByRole('textbox', { name: 'Name', exact: true }).press('Enter');
      await until('it is kept', async () => (await server.call('preset/list')).map(({ name }) => name).join() === 'Rhymes');
      const conversation = page.url();
      await page.getByRole('button', { name: 'New chat' }).first().click();
      await page.waitForURL(/\/chat\/?$/);
      const prompt = page.getByLabel('System prompt');
      await until('it begins without a system prompt', async () => (await prompt.inputValue()) === '');
      await page.getByRole('combobox', { name: 'Preset' }).click();
      await page.getByRole('option', { name: /^Rhymes/ }).click();
      await until('the preset is taken', async () => (await prompt.inputValue()) === 'Answer in rhymes.');
      await page.getByRole('button', { name: 'Delete the preset' }).click();
      await until('it is gone', async () => (await server.call('preset/list')).length === 0);
      await page.goto(conversation);
      await composer.waitFor();
      await page.keyboard.press('Control+.');
    });

    await step('it is renamed and deleted from the list by keyboard, and brought back', async () => {
      const list = page.getByRole('list', { name: 'Conversations' });
      const row = list.getByRole('button', { name: 'Say words until I stop you', exact: true });
      await row.focus();
      await page.keyboard.press('F2');
      await page.getByRole('textbox', { name: 'Title', exact: true }).fill('A renamed chat');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'A renamed chat' }).waitFor();
      await list.getByRole('button', { name: 'A renamed chat', exact: true }).focus();
      await page.keyboard.press('Delete');
      await list.getByRole('button', { name: 'A renamed chat', exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Undo' }).click();
      await list.getByRole('button', { name: 'A renamed chat', exact: true }).waitFor();
    });

    await step('what no longer fits into the model’s window is said, and where', async () => {
      const { conversation } = await server.call('message/send', { text: 'Begin', model: (await server.call('model/list')).models.find(({ id }) => id.endsWith('/short')).id });
      await page.goto(`${server.url}/chat/${conversation.id}`);
      await answers.first().getByText(/tokens/).waitFor();
      for (const count of [2, 3]) {
        await composer.fill(`Go on, ${count}`);
        await composer.press('Enter');
        await answers.nth(count - 1).getByText(/tokens/).waitFor();
      }
      await page.getByText(/earlier messages are not sent: the model’s window is full/).waitFor();
      assert.match(await page.getByRole('meter', { name: 'The model’s window' }).getAttribute('aria-valuetext'), /earlier messages are not sent/);
      await accessible(page);
      await picture(page, 'cut');
      const sent = scripted.requests.at(-1).messages.filter(({ role }) => role !== 'system');
      assert.ok(sent.length < 5, `${sent.length} messages were sent`);
    });

    await step('its console is silent', () => {
      const bad = page.consoleLines.filter((line) => /^(error|uncaught|failed):?/.test(line) && !line.includes('ERR_ABORTED'));
      assert.deepEqual(bad, []);
    });
  } finally {
    await scripted.stop();
  }
}

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
