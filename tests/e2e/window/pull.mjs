// A model is pulled in the window by its address: how far it is, paused, the application closed and opened, gone on with from where
// it was, and ready.

import { readFile } from 'node:fs/promises';
import { installOllama } from '../lib/fake-ollama.mjs';
import { lacking, says, shelf } from '../lib/ollama.mjs';
import { startRegistry } from '../lib/registry.mjs';

const way = 'section[aria-label="On the way"]';

export default async function journey({ step, open, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  const lack = lacking();
  if (lack) skip(lack);
  const ollama = await installOllama();
  const registry = await startRegistry();
  const { reference } = registry.offer('journey', await readFile(model));
  registry.speed = 6_000_000;

  let window = await step('the window opens', () => open({ env: ollama.env }));
  const job = async () => (await window.call('job/list'))[0];
  const title = await step('a pull is begun by its address', async () => {
    await until('Ollama is ready', async () => (await window.call('ollama/state')).type === 'ready');
    await window.clickNamed('Models');
    await window.clickNamed('Get a model');
    await window.clickNamed('By name or address');
    await window.type('[role=dialog] input[placeholder="qwen3:4b"]', reference);
    await window.waitForText('[role=dialog]', 'It comes without encryption');
    await window.picture('asked');
    await window.clickNamed('Download with Ollama');
    return until('it is a job', async () => (await job())?.title);
  });
  await step('how far, how fast and how long still', async () => {
    await says(window, way, /Downloading .*journey[\s\S]*\d+ % · .* of 98\.4 MB · .*\/s · .* left/, { within: 30_000 });
    await window.picture('running');
  });
  const before = await step('it is paused and keeps what it has', async () => {
    await until('some of it came', async () => (await job()).state.completed > 5_000_000, { within: 30_000 });
    await window.click(`button[aria-label="Pause ${title}"]`);
    await says(window, way, /journey.*, paused/);
    const { state } = await job();
    assert.equal(state.status, 'waiting');
    await window.picture('paused');
    return state;
  });
  await step('after a restart it is paused still, as far as it was', async () => {
    await window.close();
    window = await open({ env: ollama.env });
    await window.clickNamed('Models');
    await says(window, way, /journey.*, paused/);
    const { state } = await job();
    assert.deepEqual([state.status, state.completed, state.total], ['waiting', before.completed, before.total]);
    await window.picture('again');
  });
  await step('it goes on from there, and the model is ready', async () => {
    const asked = registry.begun.length;
    registry.speed = undefined;
    await window.click(`button[aria-label="Resume ${title}"]`);
    await says(window, `${shelf} tr`, /journey[\s\S]*Ollama\s+On disk/, { within: 60_000 });
    assert.ok(registry.begun.length > asked && registry.begun.slice(asked).every((from) => from > 0), `it began anew: ${registry.begun}`);
    await window.waitForNo(way, { within: 30_000 });
    await window.picture('ready');
  });
  await step('it is loaded', async () => {
    await window.click('button[aria-label^="Load "]');
    await says(window, `${shelf} tr`, /journey[\s\S]*Ollama\s+Loaded/, { within: 20_000 });
    await window.close();
  });
  registry.close();
}
