// A pipeline is run from a conversation, and its runs are looked at and removed among the settings.

import { until } from '../lib/process.mjs';

const definition = {
  format: 'webplus.pipeline/1',
  id: 'echo',
  name: 'Say it twice',
  inputs: { text: { type: 'text', required: true } },
  outputs: { text: { from: 'twice.text' } },
  nodes: [{ id: 'twice', kind: 'template', config: { template: '{{ inputs.text }}, {{ inputs.text }}' } }],
};

const asks = {
  format: 'webplus.pipeline/1',
  id: 'asks',
  name: 'Ask first',
  inputs: { text: { type: 'text', required: true } },
  outputs: { text: { from: 'say.text' } },
  nodes: [
    { id: 'gate', kind: 'human', config: { title: 'Shall it be said?' } },
    { id: 'say', kind: 'template', config: { template: '{{ inputs.text }}' } },
  ],
  edges: [{ from: 'gate.approve', to: 'say' }],
};

export default async function chatRun({ open, accessible, picture, assert, step }) {
  const { server, page } = await open({ at: '/settings/runs' });
  await page.getByText('No pipeline yet').waitFor();
  await server.call('pipeline/save', { definition });
  const { id } = await server.call('conversation/create');
  await page.goto(`${server.url}/chat/${id}`);
  const field = page.getByRole('textbox', { name: 'Message', exact: true });

  await step('what can be run is offered, and a name is asked for', async () => {
    await field.fill('/run');
    await page.keyboard.press('Enter');
    await page.getByText('Say which pipeline, and what it is about.').waitFor();
    await page.getByRole('list', { name: 'Pipelines that can be run' }).getByRole('button', { name: 'Say it twice' }).click();
    assert.equal(await field.inputValue(), '/run Say it twice ');
  });

  await step('what it gives is the answer, with the way to the run', async () => {
    await page.keyboard.type('good morning');
    await page.keyboard.press('Enter');
    const answer = page.getByRole('article', { name: /^Answer/ });
    await answer.getByText('good morning, good morning').waitFor();
    await answer.getByRole('link', { name: 'Open the run' }).waitFor();
    await accessible(page);
    await picture(page, 'answered');
  });

  await step('one that asks says so, and leads to the question', async () => {
    await server.call('pipeline/save', { definition: asks });
    await field.fill('/run Ask first loud?');
    await page.keyboard.press('Enter');
    const answer = page.getByRole('article', { name: /^Answer/ }).last();
    await answer.getByText('Ask first waits for your answer').waitFor();
    await accessible(page);
    await picture(page, 'asks');
    await answer.getByRole('link', { name: 'Open the run' }).click();
    await page.getByRole('region', { name: 'Your answer' }).getByRole('button', { name: 'Approve' }).click();
    await page.goto(`${server.url}/chat/${id}`);
    await answer.getByText('loud?', { exact: true }).waitFor();
  });

  await step('one that isn’t there is refused, and what was typed is still there', async () => {
    await field.fill('/run Nothing of this name');
    await page.keyboard.press('Enter');
    await page.getByText('It wasn’t sent').waitFor();
    assert.equal(await field.inputValue(), '/run Nothing of this name');
    await field.fill('');
  });

  await step('what its runs take is said, and by another rule they go', async () => {
    await page.goto(`${server.url}/settings/runs`);
    await page.getByText(/^2 runs that are over take/).waitFor();
    await server.call('message/run', { text: 'Say it twice again' });
    await page.getByText(/^3 runs that are over take/).waitFor();
    await page.getByRole('button', { name: 'Change how long runs of Say it twice are kept' }).click();
    await page.getByRole('textbox', { name: 'Runs', exact: true }).fill('1');
    await page.getByText('With this, 1 run goes at once, for good.').waitFor();
    await accessible(page);
    await picture(page, 'kept');
    await page.getByRole('button', { name: /^Remove 1 run/ }).click();
    await until('one of each is left', async () => (await server.call('run/list')).items.length === 2);
    await page.getByText(/^2 runs that are over take/).waitFor();
  });
}
