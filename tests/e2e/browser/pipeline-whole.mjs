// What a person does with a pipeline as a whole: goes about it by the small map, writes a note, runs a part of it, leaves a step out,
// names a version and goes back to an earlier one, and finds its runs among others.

import { until } from '../lib/process.mjs';

export const needs = { keychain: false };

const count = 9;
const chain = {
  format: 'webplus.pipeline/1',
  id: 'chain',
  name: 'Chain',
  nodes: Array.from({ length: count }, (_, index) => ({ id: `s${index + 1}`, kind: 'template', config: { template: `Text ${index + 1}` } })),
  edges: Array.from({ length: count - 1 }, (_, index) => ({ from: `s${index + 1}`, to: `s${index + 2}` })),
  outputs: { last: { type: 'text', from: `s${count}.text` } },
};
const fails = {
  format: 'webplus.pipeline/1',
  id: 'fails',
  name: 'Fails',
  nodes: [{ id: 'no', kind: 'assert', config: { that: '1 > 2', message: 'One is not more than two.' } }],
};

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
  await server.call('pipeline/save', { definition: chain });
  const page = await visit(server, { at: '/pipelines/chain', viewport: { width: 1280, height: 900 } });
  const node = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
  const inspector = page.getByRole('region', { name: 'Inspector' });
  const tab = (name) => page.getByRole('link', { name, exact: true }).click();
  const saved = async () => {
    await page.getByText('Saved', { exact: true }).waitFor();
    return (await server.call('pipeline/get', { id: 'chain' })).definition;
  };
  /** Runs it by the dialog that is open; answers the run's steps by their ids once it has ended. */
  const ran = async () => {
    await page.getByRole('dialog').getByRole('button', { name: /^Run/ }).last().click();
    await page.waitForURL(/\/runs\/.+/);
    const id = page.url().split('/').at(-1).split(/[?#]/)[0];
    const view = await until('the run has ended', async () => {
      const now = await server.call('run/get', { id });
      return now.run.status === 'succeeded' && now;
    });
    await page.goBack();
    await node('s1').waitFor();
    return Object.fromEntries(view.steps.map((one) => [one.node, one.status]));
  };

  await step('the small map shows all of it, and a press on it goes there', async () => {
    await node('s1').waitFor();
    const map = page.locator('.react-flow__panel canvas');
    const box = await map.boundingBox();
    const place = () => page.locator('.react-flow__viewport').evaluate((one) => one.style.transform);
    const before = await place();
    await page.mouse.click(box.x + box.width - 8, box.y + box.height / 2);
    await until('the canvas has moved', async () => (await place()) !== before);
    await until('the last step is in sight', () => node(`s${count}`).isVisible());
    await picture(page, 'small-map');
    await page.getByRole('button', { name: 'Show all of it' }).click();
  });

  await step('a note stands on the canvas and is kept with it', async () => {
    await node('s1').click();
    await page.keyboard.press('n');
    const note = page.getByRole('textbox', { name: 'Note' });
    await note.fill('Ask Ann before this is changed.');
    await until('it is kept', async () => (await saved()).ui?.notes?.[0]?.text === 'Ask Ann before this is changed.');
    await page.reload();
    await page.getByText('Ask Ann before this is changed.').waitFor();
    await accessible(page);
    await picture(page, 'note');
  });

  await step('it runs up to a step, and not beyond', async () => {
    await node('s3').click();
    await inspector.getByRole('button', { name: 'Run to here' }).click();
    await picture(page, 'run-to-here');
    const steps = await ran();
    assert.equal(steps.s3, 'succeeded');
    assert.notEqual(steps.s4, 'succeeded');
    assert.notEqual(steps[`s${count}`], 'succeeded');
  });

  await step('a step that is switched off is passed over, and the rest runs', async () => {
    await node('s2').click();
    await page.keyboard.press('o');
    await until('it is kept', async () => (await saved()).nodes[1].off === true);
    await inspector.getByRole('button', { name: 'Switch on' }).waitFor();
    await picture(page, 'switched-off');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const steps = await ran();
    assert.notEqual(steps.s2, 'succeeded');
    assert.equal(steps.s3, 'succeeded');
    assert.equal(steps[`s${count}`], 'succeeded');
  });

  await step('what it is now gets a name, and an earlier version is brought back', async () => {
    await tab('Versions');
    await page.getByRole('textbox', { name: 'Name what it is now' }).fill('Without the second');
    await page.getByRole('button', { name: 'Name this version' }).click();
    await page.getByRole('button', { name: /^Without the second/ }).waitFor();
    const versions = await server.call('pipeline/versions', { id: 'chain' });
    assert.equal(versions.find(({ label }) => label === 'Without the second').number, Math.max(...versions.map(({ number }) => number)));
    await accessible(page);
    await picture(page, 'named');
    await page.getByRole('button', { name: /^Version 1/ }).click();
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await until('the step is on again', async () => (await saved()).nodes[1].off !== true);
    await page.getByText('Version 1 is what it is now').waitFor();
    // Where boxes stand and what was noted is no part of a version.
    assert.equal((await saved()).ui.notes[0].text, 'Ask Ann before this is changed.');
    await tab('Canvas');
    await page.getByRole('button', { name: 'Undo: Restore version 1' }).click();
    await until('it is off again', async () => (await saved()).nodes[1].off === true);
  });

  await step('runs are found by their state and their pipeline', async () => {
    const failed = await server.call('run/start', { definition: fails, inputs: {} });
    await until('it has failed', async () => (await server.call('run/get', { id: failed.id })).run.status === 'failed');
    await server.call('pipeline/save', { definition: fails });
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Pipelines' }).click();
    await page.goto(new URL('/runs', page.url()).href);
    const runs = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
    await until('all are there', async () => (await runs.count()) === 3);
    const choose = async (filter, option) => {
      await page.getByRole('combobox', { name: filter }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    await choose('State', 'Failed');
    await until('one is left', async () => (await runs.count()) === 1);
    await runs.getByText('One is not more than two.').waitFor();
    await accessible(page);
    await picture(page, 'filtered');
    await choose('Pipeline', 'Chain');
    await page.getByText('No run is like that.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await until('all are back', async () => (await runs.count()) === 3);
    await choose('Pipeline', 'Chain');
    await until('those of the one are left', async () => (await runs.count()) === 2);
  });
  await server.stop();
}
