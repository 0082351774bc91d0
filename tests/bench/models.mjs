// The models: how soon a change of an engine's state reaches who listens at the door, what a shelf of 500 models costs the page,
// and how soon it shows what came into a models folder without us.
//
// The Ollama is a scripted one of somebody else's, which is taken into use and let go again: that starts no process, so that the
// figure is the application's own. The 500 models are of two servers in this process: half of a cloud's, half of another Ollama's, which
// have sizes and states as those on this computer have.

import { copyFile, mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { browserTools } from '../e2e/lib/browser.mjs';
import { installOllama } from '../e2e/lib/fake-ollama.mjs';
import { serveOllama } from '../e2e/lib/ollama.mjs';
import { bench, percentile, program, report, rounds, skip, skipped } from './lib/bench.mjs';
import { openShelf } from './lib/page.mjs';
import { subscribe } from './lib/subscribe.mjs';

const many = 500;
const names = ['events.ollama_state', 'events.engine_state', 'shelf.main_thread', 'shelf.painted', 'shelf.change_on_disk', 'events.engine_ended'];

await bench(names, async () => {
  program('webplus');
  program('fake-ollama');
  const tools = browserTools();
  const ollama = await installOllama();
  const { host, address } = await serveOllama(ollama);
  const shop = await lists(many);
  try {
    const server = await tools.offered.serve({ env: { ...ollama.env, WEBPLUS_OLLAMA: host } });
    await events(server);
    await engine(server);
    await server.call('provider/add', { name: 'Shop', kind: 'openai_compatible', baseUrl: `${shop.url}/v1` });
    await server.call('provider/add', { name: 'Attic', kind: 'ollama', baseUrl: shop.url });
    const page = await shelf(tools, server);
    await changes(page, ollama, address);
  } finally {
    await tools.close();
    shop.close();
  }
});

/** What comes at the door after a change, in milliseconds from when the change was asked for. */
async function events(server) {
  const listener = await subscribe(server);
  const settings = await server.call('ollama/settings');
  const state = (type) => (event) => event.type === 'ollama.changed' && event.state.type === type;
  const taken = [];
  const change = async (mode, first, then) => {
    const seen = listener.next(state(first));
    const settled = then ? listener.next(state(then)) : seen;
    const began = performance.now();
    await server.call('ollama/configure', { ...settings, mode });
    taken.push((await seen) - began);
    await settled;
  };
  for (let time = 0; time < rounds * 5; time += 1) {
    await change('off', 'off');
    await change('auto', 'looking', 'ready');
  }
  const how = `from asking for another mode of use to the event at a subscriber of the HTTP door; ${taken.length} changes, the 95th percentile`;
  report(names[0], { value: percentile(taken, 0.95), unit: 'ms', how, median: percentile(taken, 0.5), slowest: Math.max(...taken) });
  listener.close();
}

/** The same of the built-in engine: a model begins to be loaded; and until it is gone, its process with it. */
async function engine(server) {
  const file = process.env.WEBPLUS_TEST_MODEL;
  if (!file) return [names[1], names[5]].forEach((name) => skipped(name, 'WEBPLUS_TEST_MODEL does not name a small model'));
  const { execFileSync } = await import('node:child_process');
  const said = execFileSync(program('webplus'), ['--data-dir', server.data, 'models', 'import', file, '--json'], { encoding: 'utf8' });
  const { model: id } = JSON.parse(said.trim().split('\n').at(-1));
  const listener = await subscribe(server);
  const state = (type) => (event) => event.type === 'engine.changed' && event.state.type === type;
  const taken = { start: [], stop: [] };
  for (let time = 0; time < rounds * 3; time += 1) {
    for (const [verb, type] of [['start', 'loading'], ['stop', 'stopped']]) {
      const seen = listener.next(state(type));
      const began = performance.now();
      const done = server.call(`model/${verb}`, { id, ...(verb === 'start' ? { force: true } : {}) });
      taken[verb].push((await seen) - began);
      await done;
    }
  }
  for (const [name, verb, what] of [[names[1], 'start', 'to be loaded to the event that says that it is being'], [names[5], 'stop', 'to leave to the event that its process is gone']]) {
    const how = `from asking for a model ${what}; ${taken[verb].length} changes, the 95th percentile`;
    report(name, { value: percentile(taken[verb], 0.95), unit: 'ms', how, median: percentile(taken[verb], 0.5), slowest: Math.max(...taken[verb]) });
  }
  listener.close();
}

/** From the click to the first frame with rows, in a page that was just loaded and in one that showed them before. */
async function shelf(tools, server) {
  const page = await tools.offered.visit(server, { at: '/chat', reducedMotion: 'no-preference' }).catch((error) => skip(error.message));
  const debug = await page.context().newCDPSession(page);
  // The thread's own time: on a busy machine the wall's would count others' work as the page's.
  await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => (await debug.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  const taken = { first: { main: [], painted: [] }, again: { main: [], painted: [] } };
  for (let time = 0; time < rounds; time += 1) {
    await page.evaluate(() => history.replaceState(null, '', '/chat'));
    await page.reload();
    await tools.offered.ready(page);
    for (const visit of ['first', 'again']) {
      // The page's own work after its first view is over by then.
      await pause(1000);
      const before = await busy();
      taken[visit].painted.push(await page.evaluate(openShelf, many));
      taken[visit].main.push((await busy()) - before);
      await page.evaluate(() => document.querySelector('nav[aria-label="Places"] a[href="/chat"]').click());
      await page.waitForSelector('main table', { state: 'detached' });
    }
  }
  const how = `a shelf of ${many} models, from the click to the first frame with its rows, in a page that was just loaded; \`again\`: in one that showed it before`;
  const more = (kind) => ({ samples: taken.first[kind], unit: 'ms', again: percentile(taken.again[kind], 0.5) });
  report(names[2], { ...more('main'), how: `the main thread’s own time; ${how}` });
  report(names[3], { ...more('painted'), how });
  return page;
}

/** A model comes into the folder of somebody else's Ollama, as by a pull in a terminal: until its row stands in the page. */
async function changes(page, ollama, address) {
  const file = process.env.WEBPLUS_TEST_MODEL;
  if (!file) return skipped(names[4], 'WEBPLUS_TEST_MODEL does not name a small model');
  await ollama.add(address, file, 'terminal');
  await page.evaluate(() => document.querySelector('nav[aria-label="Places"] a[href="/models"]').click());
  await page.getByRole('textbox', { name: 'Find a model' }).fill('terminal');
  const rows = (count) => page.waitForFunction((wanted) => document.querySelectorAll('main table [data-row]').length === wanted, count);
  await rows(1);
  const library = path.join(process.env.WEBPLUS_JOURNEY, 'somebody/.ollama/models/manifests/registry.ollama.ai/library');
  const taken = [];
  for (let time = 1; time <= rounds; time += 1) {
    const folder = path.join(library, `terminal-${time}`);
    await mkdir(folder);
    await pause(700);
    const began = performance.now();
    await copyFile(path.join(library, 'terminal', 'latest'), path.join(folder, 'latest'));
    await rows(time + 1);
    taken.push(performance.now() - began);
  }
  const how = `from a manifest that is written into the folder of somebody else’s Ollama to its row in the page; ${taken.length} changes, the 95th percentile`;
  report(names[4], { value: percentile(taken, 0.95), unit: 'ms', how, median: percentile(taken, 0.5), slowest: Math.max(...taken) });
}

/** A server that lists so many models: half as a cloud does, half as an Ollama does, one of these in memory. */
async function lists(count) {
  const some = (name) => Array.from({ length: count / 2 }, (_, index) => name(`${index % 25}`, String(index).padStart(3, '0')));
  const data = some((maker, number) => ({ id: `maker-${maker}/model-${number}-instruct`, object: 'model' }));
  const models = some((maker, number) => ({
    name: `maker-${maker}/own-${number}:4b`,
    model: `maker-${maker}/own-${number}:4b`,
    modified_at: '2026-08-21T10:11:12Z',
    size: 2_500_000_000 + Number(number) * 1_000_000,
    digest: number.padStart(64, '0'),
    details: { format: 'gguf', family: 'qwen3', families: ['qwen3'], parameter_size: '4.0B', quantization_level: 'Q4_K_M' },
    capabilities: ['completion', 'tools'],
  }));
  const loaded = models.slice(0, 1).map((model) => ({ ...model, size_vram: 0, context_length: 4096, expires_at: '2199-01-01T00:00:00Z' }));
  const answers = { '/v1/models': { object: 'list', data }, '/api/version': { version: '0.33.0-rc2' }, '/api/tags': { models }, '/api/ps': { models: loaded } };
  const server = createServer((request, response) => {
    const answer = answers[request.url];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: 'there is no such thing here' }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.closeAllConnections() ?? server.close() };
}
