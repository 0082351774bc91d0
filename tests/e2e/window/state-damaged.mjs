// A damaged database, by how much of it is left: a backup takes its place, or what can be read is shown, or a new one is begun.
// Each time the window opens and says what happened, and the damaged file is kept as it was.

import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ask, connect, openConversation, said, says } from '../lib/asking.mjs';
import { data, database, overwrite } from '../lib/folder.mjs';
import { startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

const page = 4096;
const noise = Buffer.from(Array.from({ length: 8192 }, (_, at) => (at * 167 + 13) % 251));

/** Where in the file the first page of a table lies, in bytes: it moves with every migration. */
async function rootOf(file, table) {
  const asking = `import sqlite3, sys
database = sqlite3.connect(f"file:{sys.argv[1]}?immutable=1", uri=True)
print(database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [sys.argv[2]]).fetchone()[0])`;
  const { stdout } = await promisify(execFile)('python3', ['-c', asking, file, table]);
  return (Number(stdout) - 1) * page;
}

export default async function journey({ step, open, until, assert }) {
  const scripted = await startScripted();
  const taken = Date.now() - 60_000;
  const backup = data('backups', `webplus-${taken}.db`);
  const whole = data('..', 'whole.db');
  let window;

  await step('one conversation is in the backup, another is not', async () => {
    window = await open();
    const model = await connect(window, scripted);
    await ask(window, model('rich'), 'What did you find?');
    await window.close();
    await mkdir(data('backups'), { recursive: true, mode: 0o700 });
    await copyFile(database(), backup);
    window = await open();
    const again = await connect(window, scripted);
    for (const number of [1, 2, 3, 4]) await ask(window, again('rich'), `A question after the backup, number ${number}`);
    await window.close();
    await copyFile(database(), whole);
  });

  const kept = async () => (await readdir(data())).filter((name) => /^damaged-\d+\.db$/.test(name));
  const titles = async () => (await window.call('conversation/list')).items.map(({ title }) => title);

  await step('with its header destroyed, the backup takes its place, and the window says so', async () => {
    await overwrite(database(), 0, noise.subarray(0, 100));
    const damaged = await readFile(database());
    window = await open();
    await says(window, 'Your database was damaged, so the newest backup took its place. It was less than an hour old');
    await openConversation(window, 'What did you find?');
    await says(window, 'A report with everything');
    await window.picture('restored');
    assert.deepEqual(await titles(), ['What did you find?']);
    const files = await kept();
    assert.equal(files.length, 1);
    assert.ok(damaged.equals(await readFile(data(files[0]))), 'the damaged file was changed');
    assert.ok((await said(window)).includes(files[0]), 'the page does not name the damaged file');
  });
  await step('it is said at the next start too, as long as nobody has closed it', async () => {
    await window.close();
    window = await open();
    await says(window, 'so the newest backup took its place. It was less than an hour old');
  });
  await step('it can be written to again, and the notice can be closed', async () => {
    const model = await connect(window, scripted);
    await ask(window, model('rich'), 'And now?');
    await window.clickNamed('Close this notice');
    await until('the notice is gone', async () => !(await said(window)).includes('Your database was damaged'));
    await window.close();
  });
  await step('the next start has nothing to say', async () => {
    window = await open();
    assert.deepEqual((await titles()).sort(), ['And now?', 'What did you find?']);
    assert.ok(!(await said(window)).includes('damaged'));
    await window.close();
  });

  await step('damaged in the middle, and with no backup, what can be read is shown and nothing changed', async () => {
    for (const file of await kept()) await rm(data(file));
    await rm(data('backups'), { recursive: true });
    await copyFile(whole, database());
    await overwrite(database(), await rootOf(database(), 'outbox'), noise.subarray(0, page));
    const damaged = await readFile(database());
    window = await open();
    await says(window, 'Nothing can be saved.');
    await says(window, 'You can read what is left');
    await says(window, 'To begin with an empty one, close Web+, move every file');
    await openConversation(window, 'What did you find?');
    await says(window, 'A report with everything');
    await window.picture('salvaged');
    await assert.rejects(window.call('conversation/create', {}), ({ code }) => code === 'database_damaged');
    await window.close();
    assert.ok(damaged.equals(await readFile(database())), 'the damaged file was changed');
  });

  await step('beyond reading, and with no backup, a new one is begun and the old one kept', async () => {
    await overwrite(database(), 0, noise.subarray(0, 100));
    const damaged = await readFile(database());
    window = await open();
    await says(window, 'so Web+ began with an empty one.');
    await window.picture('fresh');
    const files = await kept();
    assert.equal(files.length, 1);
    assert.ok(damaged.equals(await readFile(data(files[0]))), 'the damaged file was changed');
    const model = await connect(window, scripted);
    await ask(window, model('rich'), 'And now?');
    await window.close();
  });
  await scripted.stop();
}
