// What begins a pipeline by itself and what it must keep doing: triggers with their settings, and the pipeline's own tests.

import { until } from '../lib/process.mjs';

const definition = {
  format: 'webplus.pipeline/1',
  id: 'greet',
  name: 'Greet',
  inputs: { who: { type: 'text', default: 'world' } },
  outputs: { text: { type: 'text', from: 'say.text' } },
  nodes: [
    { id: 'say', kind: 'template', config: { template: 'Hello {{ inputs.who }}' } },
    { id: 'right', kind: 'condition', config: { if: "nodes.say.text == 'Hello world'" } },
  ],
  edges: [{ from: 'say', to: 'right' }],
};

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
  await server.call('pipeline/save', { definition });
  const page = await visit(server, { at: '/pipelines/greet?tab=triggers', viewport: { width: 1280, height: 1000 } });
  const saved = async () => {
    await page.getByText('Saved', { exact: true }).waitFor();
    return (await server.call('pipeline/get', { id: 'greet' })).definition;
  };
  const triggers = () => server.call('trigger/list', { pipelineId: 'greet' });
  const add = async (title) => {
    await page.getByRole('button', { name: 'Add a trigger' }).click();
    await page.getByRole('menuitem', { name: title }).click();
  };

  await step('a schedule is chosen, not written, and says when it is due', async () => {
    await page.getByRole('heading', { name: 'Nothing begins it by itself' }).waitFor();
    await add('By the clock');
    const card = page.getByRole('region', { name: 'schedule' });
    await card.getByRole('combobox', { name: 'How often' }).click();
    await page.getByRole('option', { name: 'Every few minutes' }).click();
    await until('the schedule is kept', async () => (await saved()).triggers?.[0]?.cron === '*/15 * * * *');
    await card.getByRole('switch', { name: 'schedule begins runs' }).click();
    await card.getByText(/next/).waitFor();
    const [live] = await triggers();
    assert.equal(live.enabled, true);
    assert.ok(live.nextAt > Date.now());
    await card.getByRole('combobox', { name: 'Runs that were missed' }).click();
    await page.getByRole('option', { name: 'Let them be' }).click();
    await until('what becomes of missed ones is kept', async () => (await saved()).triggers[0].missed === 'skip');
  });

  await step('a run is begun now, as the trigger would', async () => {
    await page.getByRole('region', { name: 'schedule' }).getByRole('button', { name: 'Run now' }).click();
    await page.getByText('A run has begun').waitFor();
    await until('it has ended', async () => {
      const { items } = await server.call('run/list', { pipelineId: 'greet' });
      return items.some(({ status, origin }) => status === 'succeeded' && origin.type === 'trigger');
    }, { within: 30_000 });
  });

  await step('a webhook tells its address, and its secret once', async () => {
    await add('By a webhook');
    const card = page.getByRole('region', { name: 'webhook' });
    await saved();
    await card.getByRole('switch', { name: 'webhook begins runs' }).click();
    await card.getByText(/^whsec_/).waitFor();
    const address = await card.getByText('/hooks/greet/webhook').textContent();
    assert.equal(new URL(address).pathname, '/hooks/greet/webhook');
    await accessible(page);
    await picture(page, 'triggers');
    await page.reload();
    await page.getByRole('region', { name: 'webhook' }).waitFor();
    assert.equal(await page.getByText(/^whsec_/).count(), 0);
  });

  await step('what can’t be switched on says why', async () => {
    await add('When a file changes');
    const card = page.getByRole('region', { name: 'watch' });
    await saved();
    await card.getByRole('switch', { name: 'watch begins runs' }).click();
    await card.getByText('It wasn’t switched').waitFor();
    await card.getByRole('button', { name: 'Delete watch' }).click();
    await card.waitFor({ state: 'detached' });
  });

  await step('its own tests are written here and say what didn’t hold', async () => {
    await page.getByRole('link', { name: 'Tests', exact: true }).click();
    await page.getByRole('button', { name: 'Add a test' }).click();
    const card = page.getByRole('region', { name: 'test 1' });
    await card.getByRole('textbox', { name: 'What must hold' }).fill("outputs.text == 'Hello world'");
    await page.getByRole('button', { name: 'Run 1 test' }).click();
    await page.getByText('All passed').waitFor();
    await card.getByRole('textbox', { name: 'What must hold' }).fill("outputs.text == 'Good evening'");
    await page.getByRole('button', { name: 'Run 1 test' }).click();
    await page.getByText('1 of 1 failed').waitFor();
    await card.getByText('Good evening', { exact: false }).last().waitFor();
    await accessible(page);
    await picture(page, 'tests');
    await until('they are kept in its file', async () => (await saved()).tests?.[0]?.expect?.[0] === "outputs.text == 'Good evening'");
  });

  await step('a condition is put together of rows, which say what it is now', async () => {
    await page.getByRole('link', { name: 'Canvas', exact: true }).click();
    await page.locator('.react-flow__node[data-id="right"]').click();
    const rows = page.getByRole('region', { name: 'Inspector' }).getByRole('group', { name: 'As rows' });
    await rows.getByRole('combobox', { name: 'How value 1 is compared' }).click();
    await page.getByRole('option', { name: 'contains', exact: true }).click();
    await rows.getByRole('textbox', { name: 'With what value 1 is compared' }).fill('Hello');
    await until('the expression is kept', async () => (await saved()).nodes[1].config.if === "'Hello' in nodes.say.text");
    await rows.getByText('Hello world').waitFor();
    await accessible(page);
    await picture(page, 'condition');
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await inspector.getByRole('button', { name: 'How this step works' }).click();
    await inspector.locator('code', { hasText: 'nodes.review.score >= 0.8' }).waitFor();
    await accessible(page);
    await picture(page, 'help');
  });

  await step('below a template stands what it gave with the values of the last run', async () => {
    await page.locator('.react-flow__node[data-id="say"]').click();
    await page.getByRole('region', { name: 'Inspector' }).getByText('Hello world', { exact: true }).waitFor();
    await picture(page, 'live');
  });

  const text = page.getByRole('region', { name: 'Text', exact: true });
  const written = text.getByRole('textbox', { name: 'The definition as JSON' });
  await step('the text stands beside the canvas, and what is changed in either is in both', async () => {
    await page.locator('.react-flow__node[data-id="say"]').focus();
    await page.keyboard.press('b');
    await written.waitFor();
    await page.getByRole('region', { name: 'Inspector' }).getByRole('textbox', { name: 'Name', exact: true }).fill('Greets');
    await until('the name is in the text', async () => JSON.parse(await written.inputValue()).nodes[0].label === 'Greets');
    await written.fill((await written.inputValue()).replace('"Greets"', '"Says hello"'));
    await page.locator('.react-flow__node[data-id="say"]').getByText('Says hello').waitFor();
    await until('it is kept', async () => (await saved()).nodes[0].label === 'Says hello');
    await accessible(page);
    await picture(page, 'beside');
  });

  await step('it is remembered, gives way where there is no room, and goes when it isn’t wanted', async () => {
    await page.reload();
    await written.waitFor();
    await page.setViewportSize({ width: 700, height: 900 });
    await written.waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    await page.getByRole('textbox', { name: 'The definition as JSON' }).waitFor();
    await accessible(page);
    await picture(page, 'narrow');
    await page.getByRole('link', { name: 'Canvas', exact: true }).click();
    await page.setViewportSize({ width: 1280, height: 1000 });
    await page.getByRole('button', { name: 'Text beside the canvas' }).click();
    await written.waitFor({ state: 'detached' });
  });
  await server.stop();
}
