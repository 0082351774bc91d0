// What of pipelines stands among the settings: secrets that are typed once and never shown, receivers of signed requests, and folders
// of definitions.

import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { until } from '../lib/process.mjs';

const definition = (id, name) => ({
  format: 'webplus.pipeline/1',
  id,
  name,
  secrets: ['api_token'],
  nodes: [{ id: 'say', kind: 'template', config: { template: 'Hello' } }],
});

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
  await server.call('pipeline/save', { definition: definition('greet', 'Greet') });
  const page = await visit(server, { at: '/settings/secrets' });

  await step('a secret is typed once, for one place, and never shown', async () => {
    await page.getByRole('button', { name: 'Enter a secret' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Keep secret' }).click();
    await dialog.getByText('Paste the secret here.').waitFor();
    await accessible(page);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('api_token');
    await dialog.getByRole('textbox', { name: 'Server' }).fill('https://api.example.net/v1/things');
    await dialog.getByLabel('Secret', { exact: true }).fill('tok-very-secret');
    await dialog.getByRole('button', { name: 'Keep secret' }).click();
    await dialog.waitFor({ state: 'detached' });
    const list = page.getByRole('list', { name: 'Secrets' });
    await list.getByText('To https://api.example.net only', { exact: false }).waitFor();
    await list.getByRole('link', { name: 'Greet' }).waitFor();
    assert.ok(!(await page.content()).includes('tok-very-secret'));
    await accessible(page);
    await picture(page, 'secrets');
  });

  await step('a secret that isn’t needed any more is forgotten', async () => {
    await page.getByRole('button', { name: 'Delete api_token' }).click();
    await page.getByRole('button', { name: 'Delete secret' }).click();
    await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
    assert.deepEqual(await server.call('secret/list'), []);
  });

  await step('a folder’s definitions are in the library, and a broken one says why', async () => {
    const folder = path.join(process.env.HOME, 'flows');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'notes.webplus.json'), JSON.stringify(definition('notes', 'Notes')));
    await writeFile(path.join(folder, 'broken.webplus.json'), '{ "id": ');
    await page.getByRole('link', { name: 'Pipelines', exact: true }).last().click();
    await page.getByRole('textbox', { name: 'Another folder' }).fill(folder);
    await page.getByRole('button', { name: 'Add folder' }).click();
    const card = page.getByRole('region', { name: folder });
    await card.getByRole('link', { name: 'notes.webplus.json' }).waitFor();
    await card.getByText('broken.webplus.json').waitFor();
    await accessible(page);
    await picture(page, 'folders');
    await until('it is in the library', async () => (await server.call('pipeline/list')).some(({ id }) => id === 'notes'));
    await page.getByRole('button', { name: `Look at ${folder} no more` }).click();
    await card.waitFor({ state: 'detached' });
  });

  await step('a receiver is told of a run, signed, and what was sent can be looked at', async () => {
    const got = [];
    const receiver = createServer((request, response) => {
      got.push(request.headers);
      response.writeHead(204).end();
    });
    await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    try {
      const address = `http://127.0.0.1:${receiver.address().port}/hook`;
      await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
      await page.getByRole('button', { name: 'Add a webhook' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Address' }).fill(address);
      await dialog.getByRole('button', { name: 'Add webhook' }).click();
      await dialog.getByText('It is on this computer. Allow that below.').waitFor();
      await dialog.getByRole('switch', { name: 'It may be on this computer' }).click();
      await accessible(page);
      await dialog.getByRole('button', { name: 'Add webhook' }).click();
      await page.getByText(/^whsec_/).waitFor();
      await picture(page, 'webhook');
      await page.getByRole('button', { name: 'I have copied it' }).click();
      await server.call('run/start', { pipelineId: 'greet' });
      await until('the receiver was told', () => got.length > 0, { within: 30_000 });
      assert.ok(got[0]['webhook-signature'].startsWith('v1,'));
      await page.getByRole('button', { name: 'What was sent' }).click();
      await page.getByText('run.succeeded', { exact: true }).waitFor();
      await page.getByText(/Delivered/).last().waitFor();
      await accessible(page);
      await picture(page, 'deliveries');
    } finally {
      receiver.close();
    }
  });
  await server.stop();
}
