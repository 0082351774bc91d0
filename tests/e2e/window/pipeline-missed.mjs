// Schedules that came due while the application was closed, in the real window: one that skips what was missed, one that does it
// once, one that makes up for each. Nobody waits for hours: between the two starts the database is told that it is five hours behind.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { says } from '../lib/asking.mjs';
import { database } from '../lib/folder.mjs';
import { definition } from '../lib/runs.mjs';

export const needs = { keychain: false };

const hour = 3_600_000;
const rules = { skip: 0, once: 1, all: 5 };

/** Puts back how far every schedule is, in the database of an application that is closed. */
async function putBack(by) {
  const words = `import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
with database:
    changed = database.execute("UPDATE triggers SET cursor = json_set(cursor, '$.at', json_extract(cursor, '$.at') - ?), next_at = next_at - ? WHERE kind = 'schedule'", [int(sys.argv[2])] * 2)
print(changed.rowcount)
database.close()`;
  const { stdout } = await promisify(execFile)('python3', ['-c', words, database(), String(by)]);
  return Number(stdout);
}

export default async function journey({ step, open, until, assert }) {
  const env = { WEBPLUS_OLLAMA: 'off' };
  // Half an hour from now, so that no full hour of it comes by while this runs.
  const cron = `${(new Date().getUTCMinutes() + 30) % 60} * * * *`;
  let window = await step('the window opens', () => open({ env }));
  const begun = async (id) => (await window.call('run/list', { pipelineId: id })).items;
  const next = async (id) => (await window.call('trigger/list', { pipelineId: id }))[0].nextAt;

  await step('three pipelines are scheduled for every hour, each with another rule for what was missed', async () => {
    for (const missed of Object.keys(rules)) {
      await window.call('pipeline/save', {
        definition: definition(missed, `Rule ${missed}`, [{ id: 'say', kind: 'template', config: { template: 'Due {{ inputs.at }}' } }], {
          inputs: { at: { type: 'text' } },
          outputs: { text: { type: 'text', from: 'say.text' } },
          triggers: [{ id: 'hourly', kind: 'schedule', cron, tz: 'UTC', missed, inputs: { at: '{{ event.at }}' } }],
        }),
      });
      await window.call('trigger/enable', { pipelineId: missed, id: 'hourly', enabled: true });
      await until('it is known when it is next', () => next(missed));
      assert.deepEqual(await begun(missed), [], 'nothing is due yet');
    }
  });

  await step('the application is closed for five hours, as far as it knows', async () => {
    await window.close();
    assert.equal(await putBack(5 * hour), 3);
    window = await open({ env });
  });

  await step('what was missed is skipped, done once, or done each time', async () => {
    for (const [id, count] of Object.entries(rules)) {
      await until(`${count} runs of "${id}" are over`, async () => {
        const runs = await begun(id);
        assert.ok(runs.length <= count, `${runs.length} runs of "${id}"`);
        return runs.length === count && runs.every(({ status }) => status === 'succeeded') && (await next(id)) > Date.now();
      }, { within: 30_000 });
    }
    const due = await Promise.all((await begun('all')).map(async ({ id }) => (await window.call('run/value', { id, node: 'say', port: 'text' })).value));
    assert.equal(new Set(due).size, 5, 'a run for each instant');
    const [once] = await begun('once');
    assert.equal((await window.call('run/value', { id: once.id, node: 'say', port: 'text' })).value, due.sort().at(-1), 'the last one stands for all');
  });

  await step('the page shows them and what began them', async () => {
    await window.click('nav[aria-label=Places] a[aria-label=Pipelines]');
    await until('it is listed', () => window.execute(`const one = [...document.querySelectorAll('main a')].find((one) => one.textContent.includes('Rule all'));
      one?.click();
      return one !== undefined`));
    await window.clickNamed('Runs');
    await says(window, 'Started by its trigger hourly');
    await window.picture('made-up-for');
  });

  await step('opened again, nothing is made up for twice', async () => {
    await window.close();
    window = await open({ env });
    const before = { ...rules };
    // A run by hand that is over: whatever the start had begun would be there by then, too.
    const run = await window.call('run/start', { pipelineId: 'once', inputs: { at: 'by hand' } });
    await until('it is over', async () => (await window.call('run/get', { id: run.id })).run.status === 'succeeded');
    before.once += 1;
    for (const [id, count] of Object.entries(before)) assert.equal((await begun(id)).length, count, id);
    await window.close();
  });
}
