// Measures the desktop window inside a session of its own; ../window.mjs starts it and prints what it writes into figures.jsonl.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { carrying, end, freePort, runner, start, until } from '../../e2e/lib/process.mjs';
import { WebDriver } from '../../e2e/lib/webdriver.mjs';
import { family, memory, program, report, reportInto, rounds, skipped } from './bench.mjs';
import { names } from './window_names.mjs';

const run = promisify(execFile);
/** Time for the page and the allocators to come to rest, in milliseconds. */
const rest = 3000;

export default async function measure({ step, model }) {
  reportInto(path.join(process.env.WEBPLUS_JOURNEY_OUT, 'figures.jsonl'));
  const ours = { name: 'webplus-desktop', ready: "return 'ready' in document.documentElement.dataset" };
  const blank = { name: 'blank_window', ready: "return document.readyState === 'complete'" };
  // The first of each reads the programs and WebKit from the disk and makes the folders.
  for (const application of [ours, blank]) await step(`${application.name} starts`, async () => (await open(application)).close());

  const taken = { ours: [], blank: [], paint: [] };
  const rested = {};
  await step('they start in turns', async () => {
    for (let time = 0; time < rounds; time += 1) {
      for (const [kind, application] of Object.entries({ ours, blank })) {
        const window = await open(application);
        taken[kind].push(window.ms);
        if (kind === 'ours') taken.paint.push(window.paint);
        if (time === 0) {
          await pause(rest);
          rested[kind] = await memory(await family(window.pid));
        }
        await window.close();
      }
    }
  });
  const how = 'from asking the driver to start it until two frames after the page says that it can be used; against an empty window that is asked the same';
  report(names[0], { samples: taken.ours, baselines: taken.blank, unit: 'ms', how: `${how}; the data folder exists` });
  const painted = taken.paint.filter((paint) => paint !== null);
  if (painted.length > 0) report(names[1], { samples: painted, unit: 'ms', how: "first contentful paint by the page's own clock, which begins when the window's page begins to load" });
  report(names[2], {
    value: rested.ours.pss, unit: 'MB', baseline: rested.blank.pss, how: `PSS of all processes ${rest / 1000} s after the start, against the empty window`,
    anonymous: rested.ours.anonymous, processes: rested.ours.processes, baselineProcesses: rested.blank.processes,
  });
  if (!model) return skipped(names[3], 'WEBPLUS_TEST_MODEL does not name a small model');
  await step('the model is loaded', async () => {
    const window = await open(ours);
    const { stdout } = await run(program('webplus'), ['models', 'import', model, '--json']);
    const { model: id } = JSON.parse(stdout.trim().split('\n').at(-1));
    const { refusal } = await window.driver.executeAsync(`const [id, done] = arguments;
      window.__TAURI_INTERNALS__.invoke('rpc', { method: 'model/start', params: { id } }).then(() => done({}), (refusal) => done({ refusal }));`, id);
    if (refusal) throw new Error(`model/start: ${refusal.message}`);
    await pause(rest);
    const loaded = await memory(await family(window.pid));
    report(names[3], {
      value: loaded.pss, unit: 'MB', baseline: rested.ours.pss, how: 'the same with the small model loaded, its memory-mapped file included; against idle',
      anonymous: loaded.anonymous, processes: loaded.processes,
    });
    await window.close();
  });
}

/** Opens an application and waits until it is ready and has painted twice. */
async function open({ name, ready }) {
  const port = await freePort();
  const server = start('WebKitWebDriver', [`--port=${port}`], { log: 'window', env: { TAURI_WEBVIEW_AUTOMATION: 'true', WEBPLUS_RUNNER: runner(), WEBPLUS_OLLAMA: 'off' } });
  server.stdout.resume();
  const address = `http://127.0.0.1:${port}`;
  await until('WebKitWebDriver answers', async () => (await fetch(`${address}/status`)).ok);

  const began = performance.now();
  const driver = await WebDriver.open(address, { 'webkitgtk:browserOptions': { binary: program(name), args: [] } });
  await until(`${name} is ready`, () => driver.execute(ready), { within: 60_000, every: 10 });
  await driver.executeAsync('const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));');
  const ms = performance.now() - began;
  const paint = await driver.execute("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null");

  const pids = async () => (await carrying(process.env.WEBPLUS_JOURNEY)).filter((one) => one.name === name.slice(0, 15)).map(({ pid }) => pid);
  const [pid] = await pids();
  return {
    ms,
    paint,
    pid,
    driver,
    async close() {
      for (const one of await pids()) process.kill(one, 'SIGTERM');
      await until(`${name} has ended`, async () => (await pids()).length === 0);
      await end(server);
    },
  };
}
