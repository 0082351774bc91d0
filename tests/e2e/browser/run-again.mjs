// A step fails; what it failed at stands there with the button that helps. Run again from there, with another input, what came before is taken
// over: no model is asked again, and it costs nothing.

import { connectScripted, definition, stands } from '../lib/runs.mjs';
import { startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const scripted = await startScripted();
  try {
    const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
    const named = await connectScripted(server, scripted);
    const checked = definition(
      'checked',
      'Checked',
      [
        { id: 'write', kind: 'llm', label: 'Write', config: { model: named('rich'), prompt: 'Write a report' } },
        { id: 'check', kind: 'assert', label: 'Check', config: { that: "inputs.stamp == 'yes'", message: 'The report has no stamp. Give it one.' } },
        { id: 'end', kind: 'template', label: 'End', config: { template: 'Stamped: {{ inputs.stamp }}' } },
      ],
      { inputs: { stamp: { type: 'text', label: 'Stamp' } }, outputs: { text: { type: 'text', from: 'end.text' } } },
    );
    const failed = await server.call('run/start', { definition: checked, inputs: { stamp: 'no' } });
    await stands(server, failed.id, 'failed');
    const asked = scripted.requests.length;
    const page = await visit(server, { at: `/runs/${failed.id}` });

    await step('the run opens at the step that failed, which says at what', async () => {
      await page.getByRole('heading', { level: 2, name: 'Check' }).waitFor();
      await page.getByText('The report has no stamp. Give it one.').first().waitFor();
      await picture(page, 'failed');
      await accessible(page);
    });

    await step('before it begins, it says what is taken over and what runs anew', async () => {
      await page.getByRole('button', { name: 'Run again from here' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('region', { name: /^Taken over/ }).getByText('Write').waitFor();
      const anew = dialog.getByRole('region', { name: 'Run anew' });
      await anew.getByText('Check').waitFor();
      await anew.getByText('End').waitFor();
      await dialog.getByRole('button', { name: /^Inputs/ }).click();
      await dialog.getByLabel('Stamp').fill('yes');
      await picture(page, 'again');
      await accessible(page);
      await dialog.getByRole('button', { name: 'Run 2 steps again' }).click();
    });

    await step('the new run succeeds on the old result, and no model was asked again', async () => {
      await page.waitForURL((url) => !url.pathname.includes(failed.id));
      const id = new URL(page.url()).pathname.split('/').at(-1);
      const run = await stands(server, id, 'succeeded');
      assert.equal(scripted.requests.length, asked);
      assert.equal(run.costNanoUsd, 0);
      const { steps } = await server.call('run/get', { id });
      assert.equal(steps.find(({ node }) => node === 'write').status, 'reused');
      await page.getByText('Stamped: yes').first().waitFor();
    });

    await step('the graph says what was taken over', async () => {
      await page.getByRole('tab', { name: 'Graph' }).click();
      await page.locator('[data-step=write][data-status=reused]').getByText('taken over at no cost').waitFor();
      await picture(page, 'reused');
    });
  } finally {
    await scripted.stop();
  }
}
