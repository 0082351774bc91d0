// A run is followed while it runs: what a step writes appears as it is written, the graph and the journal tell how it stands, its results
// are shown by type, and one that goes on too long is cancelled.

import { connectScripted, definition, stands } from '../lib/runs.mjs';
import { startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const scripted = await startScripted();
  try {
    const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
    const named = await connectScripted(server, scripted);
    const asks = (model) =>
      definition(
        `asks-${model}`,
        `Asks ${model}`,
        [
          { id: 'greet', kind: 'template', label: 'Greet', config: { template: 'Hello {{ inputs.who }}' } },
          { id: 'say', kind: 'llm', label: 'Say it', config: { model: named(model), prompt: '{{ nodes.greet.text }}' } },
        ],
        { inputs: { who: { type: 'text', required: true } }, outputs: { answer: { type: 'markdown', from: 'say.text' } } },
      );
    const start = (model) => server.call('run/start', { definition: asks(model), inputs: { who: 'world' } });

    const long = await start('words');
    const page = await visit(server, { at: `/runs/${long.id}` });

    await step('the graph says which step runs, and the step writes while it is looked at', async () => {
      await page.locator('[data-step=say][data-status=running]').waitFor();
      await page.getByRole('option', { name: /^Say it/ }).first().click();
      await page.getByRole('region', { name: 'What it writes' }).getByText('word12').waitFor();
      await page.getByRole('region', { name: 'What it writes' }).getByText('word40').waitFor();
      await picture(page, 'streaming');
      await accessible(page);
    });

    await step('what it was given is there as it was sent', async () => {
      await page.getByRole('button', { name: 'What it was given' }).click();
      await page.getByText('Hello world').first().waitFor();
    });

    await step('the status bar counts it and leads to it', () => page.getByRole('link', { name: '1 run under way' }).waitFor());

    await step('it is cancelled, and what it had cost until then stays', async () => {
      await page.getByRole('button', { name: 'Cancel run' }).click();
      await stands(server, long.id, 'cancelled');
      await page.getByText('Cancelled', { exact: true }).first().waitFor();
      await page.getByRole('button', { name: 'Run again', exact: true }).waitFor();
    });

    const rich = await start('rich');
    await step('another that ends is told over the page, with the way there', async () => {
      await page.getByText('Asks rich succeeded').waitFor();
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.waitForURL(new RegExp(rich.id));
    });

    await step('its result is Markdown, and nothing of it was fetched', async () => {
      const result = page.getByRole('region', { name: 'answer', exact: true });
      await result.getByRole('heading', { name: 'A report with everything' }).waitFor();
      await result.getByText('Made by').waitFor();
      assert.equal(await page.locator('main img').count(), 0);
      await picture(page, 'results');
      await accessible(page);
    });

    await step('the journal has every entry, without a gap', async () => {
      await page.getByRole('tab', { name: 'Journal' }).click();
      const { run } = await server.call('run/get', { id: rich.id });
      await page.getByText(`${run.seq} entries`).waitFor();
      await accessible(page);
    });

    await step('the timeline is walked by arrow keys, and each step shows its details', async () => {
      await page.getByRole('tab', { name: 'Timeline' }).click();
      await page.getByRole('listbox', { name: 'Steps in time' }).focus();
      await page.keyboard.press('ArrowDown');
      await page.getByRole('heading', { level: 2, name: 'Greet' }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.getByRole('heading', { level: 2, name: 'Say it' }).waitFor();
      await picture(page, 'timeline');
    });

    await step('its console is silent', () => {
      const bad = page.consoleLines.filter((line) => /^(error|uncaught|failed):?/.test(line) && !line.includes('ERR_ABORTED'));
      assert.deepEqual(bad, []);
    });
  } finally {
    await scripted.stop();
  }
}
