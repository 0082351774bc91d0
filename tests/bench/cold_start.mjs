// How soon `webplus serve` answers and what it takes in memory, against the least that an HTTP server with a database can be (the
// example `empty_server`).

import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { runner } from '../e2e/lib/process.mjs';
import { bench, family, memory, program, report, rounds, skipped } from './lib/bench.mjs';

const names = ['cold_start.first_answer', 'cold_start.first_answer.new_folder', 'memory.serve.idle', 'memory.serve.model_loaded'];
/** Time for allocators and background tasks to come to rest, in milliseconds. */
const rest = 3000;

await bench(names, async ({ folder }) => {
  const data = path.join(folder, 'data');
  const ours = (where) => [program('webplus'), ['--data-dir', where, 'serve']];
  const empty = (where) => [program('empty_server'), [where]];
  // The first of each reads the program from the disk and makes the folder.
  for (const [name, words] of [ours(data), empty(path.join(folder, 'empty'))]) await (await start(name, words)).end();

  const taken = { ours: [], empty: [], fresh: [] };
  for (let time = 0; time < rounds; time += 1) {
    for (const [kind, [name, words]] of Object.entries({ ours: ours(data), empty: empty(path.join(folder, 'empty')), fresh: ours(path.join(folder, `new-${time}`)) })) {
      const server = await start(name, words);
      taken[kind].push(server.ms);
      await server.end();
    }
  }
  const how = 'from starting the process to the end of its first answer over HTTP (system/status); against empty_server in turns';
  report(names[0], { samples: taken.ours, baselines: taken.empty, unit: 'ms', how: `${how}; the data folder exists` });
  report(names[1], { samples: taken.fresh, baselines: taken.empty, unit: 'ms', how: `${how}; a new data folder each time` });

  if (process.platform === 'linux') await serveMemory(ours(data), empty(path.join(folder, 'empty')), data);
  else for (const name of names.slice(2)) skipped(name, 'memory by process is read from /proc, which is Linux only');
});

async function serveMemory([name, words], [emptyName, emptyWords], data) {
  const least = await start(emptyName, emptyWords);
  await pause(rest);
  const floor = await memory(await family(least.pid));
  await least.end();

  const server = await start(name, words);
  await pause(rest);
  const idle = await memory(await family(server.pid));
  report(names[2], { value: idle.pss, unit: 'MB', baseline: floor.pss, how: `PSS of all processes ${rest / 1000} s after the start, against empty_server`, anonymous: idle.anonymous, processes: idle.processes });
  const model = process.env.WEBPLUS_TEST_MODEL;
  if (model) {
    const words = ['--data-dir', data, 'models', 'import', model, '--json'];
    const { model: id } = JSON.parse(execFileSync(program('webplus'), words, { encoding: 'utf8' }).trim().split('\n').at(-1));
    await server.call('model/start', { id });
    await pause(rest);
    const loaded = await memory(await family(server.pid));
    report(names[3], { value: loaded.pss, unit: 'MB', baseline: idle.pss, how: 'the same with the small model loaded, its memory-mapped file included; against idle', anonymous: loaded.anonymous, processes: loaded.processes });
  } else skipped(names[3], 'WEBPLUS_TEST_MODEL does not name a small model');
  await server.end();
}

/** Starts a server and asks it once; `ms` is how long that took. */
async function start(name, words) {
  const began = performance.now();
  const child = spawn(name, words, { env: { ...process.env, WEBPLUS_RUNNER: runner() }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.pipe(createWriteStream(path.join(process.env.WEBPLUS_JOURNEY_OUT, 'serve.log'), { flags: 'a' }));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    ended.then((status) => reject(new Error(`${path.basename(name)} ended with ${status} before it was ready`)));
  });
  const { url, token } = JSON.parse(line);
  const call = (method, params = {}) => post(`${url}/api/v1/rpc/${method}`, token, params);
  await call('system/status');
  const ms = performance.now() - began;
  return {
    ms,
    pid: child.pid,
    call,
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function post(address, token, params) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(address, { method: 'POST', headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece) => (body += piece)).on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${address} answered ${response.statusCode}: ${body}`));
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(params));
  });
}
