// Runs one journey inside its session: node lib/journey.mjs KIND FILE NEEDS
//
// A journey is a module with a default function; it gets what its kind offers (`browser.mjs`, `window.mjs`) and what both
// share: `step(name, work)`, `skip(reason)`, `keychain`, `model` (the small GGUF's path), `python`, `out` (a folder for pictures).

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { browserTools } from './browser.mjs';
import { Keychain } from './keychain.mjs';
import { killStarted } from './process.mjs';
import { skippedStatus } from './session.mjs';
import { windowTools } from './window.mjs';

class Skip extends Error {}

const [kind, file, needsText] = process.argv.slice(2);
const needs = JSON.parse(needsText);
const out = process.env.WEBPLUS_JOURNEY_OUT;
const keychain = new Keychain();
const tools = kind === 'window' ? windowTools() : browserTools();

let current = 'before its first step';
const journey = {
  ...tools.offered,
  keychain,
  out,
  model: process.env.WEBPLUS_TEST_MODEL,
  python: process.env.WEBPLUS_TEST_PYTHON,
  /** Names what is being done, so that a failure says where; with `work`, runs it. */
  async step(name, work) {
    current = name;
    console.log(`        ${name}`);
    return work?.();
  },
  /** Ends the journey as skipped; the reason is printed. */
  skip(reason) {
    throw new Skip(reason);
  },
};

let status = 0;
try {
  if (needs.bus && needs.keychain && process.platform === 'linux') await keychain.start();
  const { default: run } = await import(`file://${file}`);
  await run(journey);
} catch (error) {
  status = error instanceof Skip ? skippedStatus : 1;
  const reason = error instanceof Skip ? error.message : `${current}: ${error.message}`;
  writeFileSync(path.join(out, 'reason.txt'), reason);
  if (status === 1) {
    console.log(error.stack);
    await tools.picture(path.join(out, 'failure.png')).catch((failure) => console.log(`no picture of the failure: ${failure.message}`));
    console.log(`        logs and pictures: ${path.relative(process.cwd(), out)}`);
  }
}
try {
  await tools.close({ failed: status === 1 });
  await keychain.stop();
} catch (error) {
  if (status === 0) {
    status = 1;
    writeFileSync(path.join(out, 'reason.txt'), `closing: ${error.message}`);
  }
}
killStarted();
process.exit(status);
