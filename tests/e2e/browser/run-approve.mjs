// A run asks a person. The question is said wherever the person is, what is typed outlives a reload, what is missing is said at its field, and
// the answer goes once.

import { definition, stands } from '../lib/runs.mjs';

export const needs = { keychain: false };

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
  const page = await visit(server, { at: '/runs' });
  const asks = definition(
    'asks',
    'Asks first',
    [
      { id: 'greet', kind: 'template', label: 'Greet', config: { template: 'Hello world' } },
      {
        id: 'gate',
        kind: 'human',
        label: 'Approve',
        config: {
          title: 'Say it loud?',
          message: 'It says **{{ nodes.greet.text }}**.',
          form: {
            type: 'object',
            required: ['how'],
            properties: { how: { type: 'string', title: 'How loud' }, often: { type: 'integer', title: 'How often', minimum: 1 } },
          },
        },
      },
      { id: 'shout', kind: 'template', label: 'Shout', config: { template: '{{ nodes.greet.text | upper }}, {{ nodes.gate.values.how }}' } },
    ],
    {
      edges: [
        { from: 'greet', to: 'gate' },
        { from: 'gate.approve', to: 'shout' },
      ],
      outputs: { text: { type: 'text', from: 'shout.text' } },
    },
  );

  await step('a run that is begun elsewhere appears in the list, and asks over the page', async () => {
    await page.getByText('No runs yet').waitFor();
    await accessible(page);
    await server.call('run/start', { definition: asks, inputs: {} });
    await page.getByRole('list', { name: 'Runs' }).getByText('Waiting for you').waitFor();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
  });

  const form = page.getByRole('region', { name: 'Your answer' });
  await step('the question stands with what it is about', async () => {
    await form.getByRole('heading', { name: 'Say it loud?' }).waitFor();
    await form.getByText('Hello world').waitFor();
    await picture(page, 'question');
    await accessible(page);
  });

  await step('what is missing or wrong is said at its field, and nothing is sent', async () => {
    await form.getByLabel('How often').fill('0');
    await form.getByRole('button', { name: 'Approve' }).click();
    await form.getByText('This is needed.').waitFor();
    await form.getByText('At least 1.').waitFor();
    await accessible(page);
  });

  await step('what was typed outlives a reload', async () => {
    await form.getByLabel('How often').fill('3');
    await form.getByLabel('How loud').fill('very');
    await page.reload();
    await form.waitFor();
    assert.equal(await form.getByLabel('How loud').inputValue(), 'very');
  });

  await step('the answer is sent by keyboard, and the run goes on with it', async () => {
    const id = new URL(page.url()).pathname.split('/').at(-1);
    await form.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await stands(server, id, 'succeeded');
    await page.getByRole('tab', { name: /^Results/ }).click();
    await page.getByText('HELLO WORLD, very').waitFor();
    const { step: asked, outputs } = await server.call('run/step', { id, scope: '', node: 'gate' });
    assert.equal(asked.port, 'approve');
    assert.deepEqual(outputs.values.preview, { how: 'very', often: 3 });
    await picture(page, 'answered');
  });
}
