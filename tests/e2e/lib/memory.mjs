// What the processes of a journey hold in memory (Linux).

import { readFile } from 'node:fs/promises';
import { carrying } from './process.mjs';

const programs = { app: 'webplus-desktop', page: 'WebKitWebProcess', network: 'WebKitNetworkProcess' };

/** Resident bytes of the application itself, of its page and of WebKit's network process. */
export async function resident() {
  const found = await carrying(process.env.WEBPLUS_JOURNEY);
  const sizes = {};
  for (const [part, program] of Object.entries(programs)) {
    const pids = found.filter(({ name }) => name === program.slice(0, 15)).map(({ pid }) => pid);
    sizes[part] = (await Promise.all(pids.map(size))).reduce((sum, bytes) => sum + bytes, 0);
  }
  return sizes;
}

async function size(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Looks every 100 ms while `work` runs; answers the most that each part held, and what `work` answered. */
export async function watched(work) {
  const most = await resident();
  let over = false;
  const looking = (async () => {
    while (!over) {
      const now = await resident();
      for (const part of Object.keys(most)) most[part] = Math.max(most[part], now[part]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    return { most, answer: await work() };
  } finally {
    over = true;
    await looking;
  }
}
