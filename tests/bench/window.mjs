// How soon the desktop window can be used and what it takes in memory, against a window with nothing in it (the example
// `blank_window`), in turns. The measuring is lib/window_start.mjs, in a session of its own under Xvfb.

import path from 'node:path';
import { runInSession } from '../e2e/lib/session.mjs';
import { bench, program, relay, repository, skip } from './lib/bench.mjs';
import { names } from './lib/window_names.mjs';

await bench(names, async () => {
  if (process.platform !== 'linux') skip('the desktop window is measured under Xvfb and WebKitWebDriver, which is Linux only');
  program('webplus-desktop');
  program('blank_window');
  const name = 'bench/window';
  const { state, reason } = await runInSession({ kind: 'window', name, file: path.join(repository, 'tests/bench/lib/window_start.mjs') });
  await relay(path.join(repository, 'tests/e2e/out', name, 'figures.jsonl'));
  if (state === 'skipped') skip(reason);
  if (state === 'failed') throw new Error(`the window: ${reason}`);
});
