// A step sent something that must not be sent twice, and no answer came. The run asks what is so, and doesn't send again by itself.

import { startHanging } from '../lib/hanging.mjs';
import { definition, stands } from '../lib/runs.mjs';

export const needs = { keychain: false };

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const hanging = await startHanging();
  try {
    const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
    const tells = definition('tells', 'Tells the team', [
      {
        id: 'tell',
        kind: 'http',
        label: 'Tell the team',
        config: { method: 'POST', url: `${hanging.url}/hook`, body: 'built', hosts: ['127.0.0.1'] },
        timeout: { attempt: '2s' },
      },
      { id: 'end', kind: 'template', label: 'End', config: { template: 'told' } },
    ]);
    const start = () => server.call('run/start', { definition: tells, inputs: {}, allow: ['http'] });
    const first = await start();
    await stands(server, first.id, 'waiting');
    const page = await visit(server, { at: `/runs/${first.id}` });
    const question = page.getByRole('region', { name: 'A decision' });

    await step('the run opens at the honest question', async () => {
      await question.getByRole('heading', { name: '“Tell the team” may have been sent. Was it?' }).waitFor();
      await picture(page, 'question');
      await accessible(page);
    });

    await step('“It happened” goes on without sending again', async () => {
      await question.getByRole('radio', { name: 'It happened' }).click();
      await question.getByRole('button', { name: 'Go on' }).click();
      await stands(server, first.id, 'succeeded');
      await page.locator('[data-step=end][data-status=succeeded]').waitFor();
      assert.equal(hanging.requests.length, 1);
    });

    const second = await start();
    await stands(server, second.id, 'waiting');
    await step('“Stop here” fails it, by keyboard alone', async () => {
      await page.getByRole('button', { name: 'Decide', exact: true }).click();
      await page.waitForURL(new RegExp(second.id));
      await question.getByRole('radio', { name: 'Stop here' }).focus();
      await page.keyboard.press('Space');
      await question.getByRole('button', { name: 'Stop here' }).focus();
      await page.keyboard.press('Enter');
      await stands(server, second.id, 'failed');
      assert.equal(hanging.requests.length, 2);
      await picture(page, 'stopped');
    });
  } finally {
    await hanging.stop();
  }
}
