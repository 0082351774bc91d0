// A desktop's panel that shows trays (`tray-host`), and the tray of the application on it.
//
//   const panel = await startPanel({ assert, until });
//   await panel.shows('Stop all');     waits until entries begin like these; one that can't be chosen stands in brackets
//   await panel.click('Stop all');     chooses an entry by its words
//   await panel.entries();             all words
//   await panel.leave();               the panel goes away

import { createInterface } from 'node:readline';
import path from 'node:path';
import { built, end, start } from './process.mjs';

export async function startPanel({ assert, until }) {
  const child = start(built(path.join('examples', 'tray-host')), [], { log: 'tray-host', input: true });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value);
  assert.equal(await answer(), 'ready');
  const ask = (line) => {
    child.stdin.write(`${line}\n`);
    return answer();
  };
  const entries = async () => ((await ask('menu')) ?? []).map(([words, enabled]) => (enabled ? words : `(${words})`)).filter(Boolean);
  const begin = (all, wanted) => wanted.every((line) => all.some((entry) => entry.startsWith(line)));
  return {
    entries,
    shows: (...wanted) => until(`the tray says ${wanted.join(', ')}`, async () => begin(await entries(), wanted), { within: 30_000 }),
    showsNo: (words) => until(`the tray no longer says ${words}`, async () => !begin(await entries(), [words]), { within: 30_000 }),
    click: async (words) => assert.ok(await ask(`click ${words}`), `the tray has no entry "${words}"`),
    leave: () => {
      child.stdin.end();
      return end(child);
    },
  };
}
