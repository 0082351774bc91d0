// What begins runs by itself, in the real window: a schedule that comes due at the next full minute, and a folder into which files
// are dropped. Both are set in the page, and the page shows what they began.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { definition } from '../lib/runs.mjs';

export const needs = { keychain: false };

export default async function journey({ step, open, until, assert }) {
  const folder = path.join(process.env.HOME, 'inbox');
  await mkdir(folder);
  /** As programs write: under another name first. */
  const drop = async (name, text) => {
    await writeFile(path.join(folder, `.${name}.part`), text);
    await rename(path.join(folder, `.${name}.part`), path.join(folder, name));
  };
  const window = await step('the window opens', () => open({ env: { WEBPLUS_OLLAMA: 'off' } }));
  const id = 'reads';
  const begun = async (trigger) => {
    const { items } = await window.call('run/list', { pipelineId: id });
    return items.filter(({ origin }) => origin.type === 'trigger' && origin.id === trigger);
  };
  const add = async (words, kind) => {
    await window.clickNamed('Add a trigger');
    await window.clickNamed(words);
    await window.waitFor(`section[aria-label=${kind}]`);
  };
  const how = (kind, value) => window.fill('How', JSON.stringify(value), { within: `section[aria-label=${kind}]` });
  const live = async (kind) => (await window.call('trigger/list', { pipelineId: id })).find((one) => one.id === kind);

  await step('a pipeline has no triggers yet', async () => {
    await window.call('pipeline/save', {
      definition: definition(id, 'Reads what comes', [{ id: 'say', kind: 'template', label: 'Say', config: { template: 'It says: {{ inputs.text }}' } }], {
        inputs: { text: { type: 'text', default: 'nothing' } },
        outputs: { text: { type: 'text', from: 'say.text' } },
      }),
    });
    await window.click('nav[aria-label=Places] a[aria-label=Pipelines]');
    await until('it is listed', () => window.execute(`const one = [...document.querySelectorAll('main a')].find((one) => one.textContent.includes('Reads what comes'));
      one?.click();
      return one !== undefined`));
    await window.clickNamed('Triggers');
    await window.waitForText('main', 'Nothing begins it by itself');
  });

  const due = await step('a schedule is added for every minute, and the page says when it is next', async () => {
    await add('By the clock', 'schedule');
    await how('schedule', { cron: '* * * * *', tz: 'local', missed: 'once', inputs: { text: 'the clock' } });
    await window.waitForText('section[aria-label=schedule]', /Every minute[\s\S]*next/);
    return (await live('schedule')).nextAt;
  });

  await step('a folder is watched', async () => {
    await add('When a file changes', 'watch');
    await how('watch', { path: folder, glob: '*.txt', debounce: '100ms', inputs: { text: '{{ event.content }}' } });
    await window.waitForText('section[aria-label=watch]', `Runs when a file in ${folder}`);
    await window.picture('triggers');
  });

  await step('a file that is dropped into it begins a run, which has read it', async () => {
    await drop('letter.txt', 'good morning');
    await window.clickNamed('Runs');
    await window.waitForText('ul[aria-label=Runs]', 'Started by its trigger watch', { within: 20_000 });
    const [run] = await begun('watch');
    await until('it has ended', async () => (await window.call('run/get', { id: run.id })).run.status === 'succeeded');
    const { value } = await window.call('run/value', { id: run.id, node: 'say', port: 'text' });
    assert.equal(value, 'It says: good morning');
  });

  await step('a file of another kind begins none, and one that changes begins one more', async () => {
    await drop('picture.png', 'no text');
    await drop('letter.txt', 'good evening');
    await until('a second run', async () => (await begun('watch')).length === 2, { within: 20_000 });
    const { items } = await window.call('run/list', { pipelineId: id });
    assert.deepEqual(items.filter(({ origin }) => origin.type !== 'trigger'), []);
  });

  await step('the full minute begins a run, once, and the page says when it is next', async () => {
    await window.waitForText('ul[aria-label=Runs]', 'Started by its trigger schedule', { within: 65_000 });
    await window.picture('runs');
    const minutes = Math.floor((Date.now() - due) / 60_000) + 1;
    assert.ok((await begun('schedule')).length <= minutes, 'one for a minute');
    await window.clickNamed('Triggers');
    await until('the next time is a later one', async () => (await live('schedule')).nextAt > due);
    await window.waitForText('section[aria-label=schedule]', 'next');
  });

  await step('switched off, it is next at no time', async () => {
    await window.click('section[aria-label=schedule] [role=switch]');
    await until('it is off', async () => (await live('schedule')).enabled === false);
    await until('the page says no time', async () => !(await window.text('section[aria-label=schedule]')).includes('next'));
    await window.picture('off');
    await window.close();
  });
}
