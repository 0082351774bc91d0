// A session for one journey, as a desktop would give it: home, runtime folder, D-Bus, display; none of them the person's own.
//
// The journey itself runs in a child (lib/journey.mjs) inside that session. A mark in the environment, which every descendant
// inherits, finds what outlived it.

import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownMounts } from './powers.mjs';
import { marked } from './process.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const repository = path.resolve(here, '../../..');
// Without a reset a display answers also in the moment after its last program was killed.
const screen = '-screen 0 1280x900x24 -nolisten tcp -noreset';

// What a journey may know of the machine; everything else is left out, keys and proxies above all.
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TERM', 'TZ', 'LD_LIBRARY_PATH', 'SystemRoot', 'WEBPLUS_CHROMIUM', 'WEBPLUS_TEST_MODEL', 'WEBPLUS_TEST_PYTHON', 'WEBPLUS_BENCH_ROUNDS'];

/** Longest time for one journey, in milliseconds. */
const limit = 600_000;

/** Exit status by which a journey says that it was skipped. */
export const skippedStatus = 77;

/** Runs the journey; answers `{ state: 'passed' | 'failed' | 'skipped', reason? }`. */
export async function runInSession(journey) {
  const root = await mkdtemp(path.join(os.tmpdir(), 'webplus-journey-'));
  const out = path.join(repository, 'tests', 'e2e', 'out', journey.name);
  try {
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
    const { module, needs } = await describe(journey);
    if (typeof module.default !== 'function') return { state: 'failed', reason: 'its file has no default export to run' };
    const environment = await surroundings(root, out);
    const mounts = needs.mounts ? await ownMounts(root) : [];
    if (!mounts) return { state: 'skipped', reason: 'no file system of its own can be mounted here' };
    const { status, reason } = await inside(journey, needs, mounts, environment, path.join(out, 'reason.txt'));
    const left = await marked(root, 3000);
    if (status === 0 && left.length > 0) {
      return { state: 'failed', reason: `still running afterwards: ${left.join(', ')}` };
    }
    if (status === 0) return { state: 'passed' };
    return { state: status === skippedStatus ? 'skipped' : 'failed', reason };
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** A journey may say `export const needs = { bus: false }`: no D-Bus session; it starts the keychain itself when it wants one late with `{ keychain: false }`; it may mount file systems with `{ mounts: true }`. */
async function describe(journey) {
  const module = await import(`file://${journey.file}`);
  return { module, needs: { bus: true, keychain: true, ...module.needs } };
}

async function surroundings(root, out) {
  const folder = async (name) => {
    const made = path.join(root, name);
    await mkdir(made, { recursive: true });
    await chmod(made, 0o700);
    return made;
  };
  const environment = Object.fromEntries(passedOn.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  const home = await folder('home');
  return {
    ...environment,
    HOME: home,
    USERPROFILE: home,
    APPDATA: await folder('home/data'),
    LOCALAPPDATA: await folder('home/local'),
    XDG_RUNTIME_DIR: await folder('run'),
    XDG_DATA_HOME: await folder('home/data'),
    XDG_CONFIG_HOME: await folder('home/config'),
    XDG_CACHE_HOME: await folder('home/cache'),
    TMPDIR: await folder('tmp'),
    TEMP: await folder('tmp'),
    NO_AT_BRIDGE: '1',
    GTK_A11Y: 'none',
    GDK_BACKEND: 'x11',
    WEBPLUS_BUILT: process.env.WEBPLUS_BUILT ?? path.join(repository, 'target', 'debug'),
    WEBPLUS_JOURNEY: root,
    WEBPLUS_JOURNEY_OUT: out,
  };
}

async function inside(journey, needs, mounts, environment, reasonFile) {
  const words = [process.execPath, path.join(here, 'journey.mjs'), journey.kind, journey.file, JSON.stringify(needs)];
  if (process.platform === 'linux') {
    if (needs.bus) words.unshift('dbus-run-session', `--config-file=${path.join(here, 'session-bus.conf')}`, '--');
    if (journey.kind === 'window') words.unshift('xvfb-run', '-a', '-s', screen);
  }
  words.unshift(...mounts);
  const [program, ...rest] = words;
  // A group of its own, so that a journey that hangs can be ended with everything it started.
  // What the session's own daemons say is for a file; the journey speaks on standard output.
  const log = await open(path.join(path.dirname(reasonFile), 'session.log'), 'w');
  const child = spawn(program, rest, {
    cwd: repository,
    env: environment,
    stdio: ['ignore', 'inherit', log.fd],
    detached: process.platform !== 'win32',
  });
  const endGroup = (signal) => {
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
    } catch {
      // It had ended by itself.
    }
  };
  const interrupted = () => {
    endGroup('SIGKILL');
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup('SIGKILL');
  }, limit);
  const status = await new Promise((resolve) => {
    child.once('error', async (error) => {
      await writeFile(reasonFile, `${program} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
  clearTimeout(timer);
  process.off('SIGINT', interrupted);
  process.off('SIGTERM', interrupted);
  await log.close();
  const said = () => readFile(reasonFile, 'utf8').catch(() => `ended with status ${status}; see ${path.relative(repository, reasonFile).replace('reason.txt', 'session.log')}`);
  const reason = late ? `took longer than ${limit / 1000} s` : await said();
  return { status: late ? 1 : status, reason };
}
