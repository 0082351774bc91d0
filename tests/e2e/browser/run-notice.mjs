// What a run tells the person: a notify step speaks over the page wherever the person is, an urgent one until it is seen, many at once
// with one sentence; and a webhook that is switched off is told of, too.

import { createServer } from 'node:http';
import { definition, stands } from '../lib/runs.mjs';

export const needs = { keychain: false };

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
  const page = await visit(server, { at: '/pipelines' });
  const notify = (config, more = {}) => definition('tells', 'Tells', [{ id: 'tell', kind: 'notify', config }], more);
  const start = (asked) => server.call('run/start', { definition: asked, inputs: {} });
  const said = (text) => page.getByRole('region', { name: 'Notifications' }).getByText(text, { exact: true });

  await step('a notify step is heard on any page, and leads to its run', async () => {
    await page.getByRole('heading', { name: 'No pipelines yet' }).waitFor();
    const run = await start(notify({ title: 'The report is ready', message: 'Three pages about {{ run.pipeline }}.', urgency: 'high' }));
    await said('The report is ready').waitFor();
    await said('Three pages about tells.').waitFor();
    await stands(server, run.id, 'succeeded');
    await accessible(page);
    await picture(page, 'told');
    await page.getByRole('button', { name: 'Show run', exact: true }).click();
    await page.waitForURL(new RegExp(run.id));
  });

  await step('who looks at the run hears it as well', async () => {
    const asked = definition('late', 'Tells late', [
      { id: 'gate', kind: 'human', config: { title: 'Tell it?' } },
      { id: 'tell', kind: 'notify', config: { title: 'It was approved' } },
    ]);
    asked.edges = [{ from: 'gate.approve', to: 'tell' }];
    const run = await start(asked);
    await page.goto(new URL(`/runs/${run.id}`, page.url()).href);
    await page.getByRole('region', { name: 'Your answer' }).getByRole('button', { name: 'Approve' }).click();
    await said('It was approved').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Show run', exact: true }).count(), 0);
  });

  await step('many at once are one message', async () => {
    await page.goto(new URL('/models', page.url()).href);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await start({
      format: 'webplus.pipeline/1',
      id: 'many',
      name: 'Tells much',
      nodes: [
        { id: 'each', kind: 'map', config: { over: '[1, 2, 3, 4, 5, 6]', parallel: 6 }, body: ['tell'] },
        { id: 'tell', kind: 'notify', config: { title: 'Item {{ item }}' } },
      ],
    });
    await page.getByText('6 messages from a run').waitFor();
    await picture(page, 'many');
  });

  await step('a webhook that is gone is switched off, and that is said until it is seen', async () => {
    const gone = createServer((_, response) => response.writeHead(410).end());
    await new Promise((resolve) => gone.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${gone.address().port}/hook`;
      await server.call('webhook/save', { url, allowLocal: true, keep: 'session' });
      await start(definition('short', 'Short', [{ id: 'say', kind: 'template', config: { template: 'Hello' } }]));
      await said('A webhook was switched off').waitFor();
      await page.getByText(url, { exact: false }).waitFor();
      assert.equal((await server.call('webhook/list'))[0].enabled, false);
      await picture(page, 'switched-off');
    } finally {
      gone.close();
    }
  });
  await server.stop();
}
