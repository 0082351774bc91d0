// Somebody else saves a pipeline while it is drawn here: nobody's work is lost, and whoever draws decides with both before them.

import { until } from '../lib/process.mjs';

export const needs = { keychain: false };

const definition = (name) => ({
  format: 'webplus.pipeline/1',
  id: 'shared',
  name,
  nodes: [{ id: 'say', kind: 'template', config: { template: 'Hello' } }],
});

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
  await server.call('pipeline/save', { definition: definition('Shared') });
  const page = await visit(server, { at: '/pipelines/shared?tab=settings' });
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  const kept = async () => (await server.call('pipeline/get', { id: 'shared' })).definition.name;
  /** What is typed here is on its way when somebody else has saved. */
  const meanwhile = async (mine, theirs) => {
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await page.route('**/rpc/pipeline/save', async (route) => {
      await held;
      await route.continue();
    });
    const sent = page.waitForRequest('**/rpc/pipeline/save');
    await name.fill(mine);
    await sent;
    await server.call('pipeline/save', { definition: definition(theirs) });
    go();
    await page.getByText('This pipeline was saved elsewhere', { exact: false }).waitFor();
    await page.unroute('**/rpc/pipeline/save');
  };

  await step('a save over somebody else’s is not made, and says so', async () => {
    await meanwhile('Mine', 'Theirs');
    assert.equal(await kept(), 'Theirs');
    assert.equal(await name.inputValue(), 'Mine');
    await accessible(page);
  });

  await step('what is drawn meanwhile stays, through a reload too', async () => {
    await name.fill('Mine, and more');
    await page.reload();
    await page.getByText('This pipeline was saved elsewhere', { exact: false }).waitFor();
    assert.equal(await name.inputValue(), 'Mine, and more');
    assert.equal(await kept(), 'Theirs');
  });

  await step('both are compared, and mine is kept as a new version', async () => {
    await page.getByRole('button', { name: 'Compare and decide' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"name": "Theirs"', { exact: false }).waitFor();
    await dialog.getByText('"name": "Mine, and more"', { exact: false }).waitFor();
    await accessible(page);
    await picture(page, 'compared');
    await dialog.getByRole('button', { name: 'Keep mine as a new version' }).click();
    await until('mine is kept', async () => (await kept()) === 'Mine, and more');
    await page.getByText('Saved', { exact: true }).waitFor();
  });

  await step('or theirs is taken, and undo brings mine back', async () => {
    await meanwhile('Mine again', 'Theirs again');
    await page.getByRole('button', { name: 'Compare and decide' }).click();
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await until('theirs is shown', async () => (await name.inputValue()) === 'Theirs again');
    assert.equal(await kept(), 'Theirs again');
    await page.getByRole('link', { name: 'Canvas', exact: true }).click();
    await page.getByRole('button', { name: /^Undo/ }).click();
    await until('mine is back, and kept', async () => (await kept()) === 'Mine again');
  });
  await server.stop();
}
