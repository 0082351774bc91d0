// Processes of a journey: starting them so that they end with it, and finding those that did not.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, symlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const started = new Set();

/** The path of an executable that the workspace built. */
export function built(name) {
  return path.join(process.env.WEBPLUS_BUILT, process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * The engine's runner under a path that belongs to this journey: its environment is made anew by the application, so that only
 * the path tells whose it is.
 */
export function runner() {
  const link = path.join(process.env.WEBPLUS_JOURNEY, 'webplus-runner');
  if (process.platform === 'win32') return built('webplus-runner');
  if (!existsSync(link)) symlinkSync(built('webplus-runner'), link);
  return link;
}

/** Starts a program whose standard error goes to `out/LOG.log`; it is killed when the journey ends. */
export function start(program, words, { log, env = {}, input = false } = {}) {
  const child = spawn(program, words, {
    env: { ...process.env, ...env },
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  child.on('error', (error) => {
    child.failure = error;
  });
  const file = createWriteStream(path.join(process.env.WEBPLUS_JOURNEY_OUT, `${log ?? path.basename(program)}.log`), { flags: 'a' });
  child.stderr.pipe(file);
  child.ended = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  child.ended.then(() => started.delete(child));
  started.add(child);
  return child;
}

/** Ends a child with `signal` and waits; one that doesn't go within 5 s is killed, and that is an error. */
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null || child.failure) return;
  child.kill(signal);
  const gone = await Promise.race([child.ended.then(() => true), pause(5000, false, { ref: false })]);
  if (!gone) {
    child.kill('SIGKILL');
    throw new Error(`process ${child.pid} did not end within 5 s of ${signal}`);
  }
}

/** Kills whatever the journey started and has not ended. */
export function killStarted() {
  for (const child of started) child.kill('SIGKILL');
}

/** Waits until `check` answers something true, and answers that. Patient by itself: on a busy machine a page may take 10 s to come. */
export async function until(what, check, { within = 30_000, every = 50 } = {}) {
  const end = performance.now() + within;
  let last;
  for (;;) {
    try {
      const found = await check();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${within / 1000} s in vain: ${what}${last ? ` (${last.message})` : ''}`);
    }
    await pause(every);
  }
}

/** A port of the loopback that was free just now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The processes (Linux) that carry a journey's mark, as `{ pid, name }`. */
export async function carrying(mark) {
  if (process.platform !== 'linux') return [];
  const found = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
      const words = await readFile(`/proc/${pid}/cmdline`, 'latin1');
      if (!environment.split('\0').includes(`WEBPLUS_JOURNEY=${mark}`) && !words.startsWith(`${mark}/`)) continue;
      found.push({ pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() });
    } catch {
      // It ended while we looked, or isn't ours to read.
    }
  }
  return found;
}

/**
 * Whether a process (Linux) has let go of everything. What is dying has no environment any more, but holds its sockets until the
 * last of its threads has ended, which takes a while on a busy machine.
 */
export async function dead(pid) {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const about = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  return about === undefined || (threads.length <= 1 && /^[ZX]/.test(about.slice(about.lastIndexOf(')') + 2)));
}

/** Waits up to `grace` ms until nothing carries the mark; what is left then is killed and named. */
export async function marked(mark, grace) {
  const end = performance.now() + grace;
  for (;;) {
    const found = await carrying(mark);
    if (found.length === 0) return [];
    if (performance.now() > end) {
      for (const { pid } of found) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended in the meantime.
        }
      }
      return found.map(({ pid, name }) => `${name} (${pid})`);
    }
    await pause(100);
  }
}
