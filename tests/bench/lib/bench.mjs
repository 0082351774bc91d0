// What the benches share: a home that is thrown away, figures as JSON lines on standard output, the processes' CPU and memory.
//
//   await bench(['name.of.figure', …], async ({ folder }) => { … report('name.of.figure', …) … });
//
// A figure is `{"name","value","unit","baseline"?,"ratio"?,"how",…}`; `how` says how it was taken, `samples` are the raw values
// of a median, `load` is the machine's load average then. A figure that can't be had is `{"name","skipped"}` with the reason:
// there is a line for every name, and never a made-up value.

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { built, killStarted, marked } from '../../e2e/lib/process.mjs';

export const repository = path.resolve(fileURLToPath(import.meta.url), '../../../..');

/** How often a thing is measured; `WEBPLUS_BENCH_ROUNDS` shortens a trial. */
export const rounds = Number(process.env.WEBPLUS_BENCH_ROUNDS ?? 11);

class Skip extends Error {}

/** Ends the bench: what was not reported yet is skipped, with this reason. */
export function skip(reason) {
  throw new Skip(reason);
}

const told = new Set();

/** Prints a figure. `baselines` are samples of the same rounds as `samples`: the ratio is then the median of the rounds' own. */
export function report(name, { value, samples, unit, baseline, baselines, ratio, how, ...more }) {
  told.add(name);
  const middle = value ?? median(samples);
  const floor = baseline ?? (baselines && median(baselines));
  const paired = baselines && samples && baselines.length === samples.length;
  const share = ratio ?? (paired ? median(samples.map((sample, index) => sample / baselines[index])) : middle / floor);
  const line = {
    name,
    value: round(middle),
    unit,
    ...(floor === undefined ? {} : { baseline: round(floor) }),
    ...(Number.isFinite(share) ? { ratio: round(share) } : {}),
    how,
    ...more,
    ...(samples ? { samples: samples.map(round) } : {}),
    ...(baselines ? { baselines: baselines.map(round) } : {}),
    load: round(os.loadavg()[0]),
    ...(path.basename(process.env.WEBPLUS_BUILT) === 'debug' ? { profile: 'debug' } : {}),
  };
  print(line);
}

/** Prints that a figure can't be had, and why. */
export function skipped(name, reason) {
  told.add(name);
  print({ name, skipped: reason });
}

/** Prints the lines that another process of the same bench wrote into a file. */
export async function relay(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n').filter(Boolean)) {
    told.add(JSON.parse(line).name);
    console.log(line);
  }
}

/** Where lines go instead of standard output, in a process whose standard output is another's. */
let aside;
export function reportInto(file) {
  aside = file;
}

function print(line) {
  const text = JSON.stringify(line);
  if (aside) appendFileSync(aside, `${text}\n`);
  else console.log(text);
}

export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The value that `share` (0 to 1) of the values don't exceed. */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

function round(number) {
  return Number.isFinite(number) ? Number(number.toPrecision(6)) : number;
}

/** Runs `work` with a throw-away home; `names` are the figures that it owes. */
export async function bench(names, work) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'webplus-bench-'));
  surround(folder);
  let reason;
  try {
    await work({ folder });
  } catch (error) {
    reason = error.message;
    if (!(error instanceof Skip)) {
      process.exitCode = 1;
      console.error(error.stack);
      const log = path.join(process.env.WEBPLUS_JOURNEY_OUT, 'serve.log');
      if (existsSync(log)) console.error((await readFile(log, 'utf8')).slice(-2000));
    }
  }
  for (const name of names.filter((one) => !told.has(one))) skipped(name, reason ?? 'the bench ended without it');
  killStarted();
  const left = await marked(folder, 3000);
  if (left.length > 0) {
    process.exitCode = 1;
    console.error(`still running afterwards: ${left.join(', ')}`);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Nothing of the person at the machine is seen: no keys, no proxies, no keychain, no local Ollama. */
function surround(folder) {
  for (const name of Object.keys(process.env)) {
    if (name.endsWith('_API_KEY') || /^(https?|all)_proxy$/i.test(name)) delete process.env[name];
  }
  const made = (name) => {
    const one = path.join(folder, name);
    mkdirSync(one, { recursive: true, mode: 0o700 });
    return one;
  };
  process.env.WEBPLUS_BUILT ??= path.join(repository, 'target', 'release');
  Object.assign(process.env, {
    HOME: made('home'),
    XDG_DATA_HOME: made('home/data'),
    XDG_CONFIG_HOME: made('home/config'),
    XDG_CACHE_HOME: made('home/cache'),
    XDG_RUNTIME_DIR: made('run'),
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    WEBPLUS_OLLAMA: 'off',
    WEBPLUS_JOURNEY: folder,
    WEBPLUS_JOURNEY_OUT: made('out'),
  });
}

/** The path of a built executable or example, or the end of the bench. */
export function program(name) {
  for (const one of [built(name), built(path.join('examples', name))]) {
    if (existsSync(one)) return one;
  }
  return skip(`${name} is not built in ${process.env.WEBPLUS_BUILT}`);
}

/** What a program of ours prints as one line of JSON. */
export function said(name, words, { input } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program(name), words, { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error || status !== 0) throw new Error(`${name} ended with ${status ?? error.message}: ${stderr.slice(-500)}`);
  return { value: JSON.parse(stdout.trim().split('\n').at(-1)), stderr };
}

/** CPU milliseconds that the kernel counted for a process's threads until now (Linux). */
export async function cpu(pid) {
  let sum = 0;
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const counted = await readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8').catch(() => '0');
    sum += Number(counted.split(' ')[0]) / 1e6;
  }
  return sum;
}

/** The process and all that it and its children started, as `{ pid, name }` (Linux). */
export async function family(pid) {
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  const found = [{ pid, name }];
  for (const task of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const children = await readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '');
    for (const child of children.split(' ').filter(Boolean)) found.push(...(await family(Number(child))));
  }
  return found;
}

/** Proportional memory of all these processes in MB: in all, without files (what is theirs alone), and of each. */
export async function memory(processes) {
  const sum = { pss: 0, anonymous: 0, processes: {} };
  for (const { pid, name } of processes) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    const field = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1000;
    sum.pss += field('Pss');
    sum.anonymous += field('Pss_Anon');
    sum.processes[name] = round((sum.processes[name] ?? 0) + field('Pss'));
  }
  return sum;
}
