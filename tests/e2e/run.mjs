// The journeys: node tests/e2e/run.mjs [browser|window] [part of a name] [--list]
//
// Each file below browser/ and window/ is one journey, and each gets a session of its own (lib/session.mjs): a home that is
// thrown away, a D-Bus, a keychain, a display. Nothing of the person at the machine is seen or touched, and what is still
// running afterwards is a failure. The last line is `journeys: N passed, N failed, N skipped`.

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInSession } from './lib/session.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const list = words.includes('--list');
const [kind, part = ''] = words.filter((word) => !word.startsWith('--'));
const kinds = ['browser', 'window'];

if (kind !== undefined && !kinds.includes(kind)) {
  console.error(`There are journeys of two kinds, browser and window, not "${kind}".`);
  process.exit(2);
}

const journeys = [];
for (const folder of kinds.filter((name) => kind === undefined || name === kind)) {
  const files = (await readdir(path.join(here, folder))).filter((name) => name.endsWith('.mjs')).sort();
  for (const file of files.filter((name) => name.includes(part))) {
    journeys.push({ kind: folder, name: `${folder}/${path.basename(file, '.mjs')}`, file: path.join(here, folder, file) });
  }
}

if (list) {
  for (const journey of journeys) console.log(journey.name);
  process.exit(0);
}
if (journeys.length === 0) {
  console.error(`No journey is named like "${words.join(' ')}".`);
  process.exit(2);
}

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const journey of journeys) {
  const start = performance.now();
  const outcome = await runInSession(journey);
  sum[outcome.state] += 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${outcome.state.padEnd(7)} ${journey.name} (${seconds} s)${outcome.reason ? `: ${outcome.reason}` : ''}`);
}
console.log(`journeys: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed === 0 ? 0 : 1);
