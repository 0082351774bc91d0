// What begins runs by itself, in the real window: a schedule that comes due at the next full minute, and a folder into which files
// are dropped. Both are set in the page, and the page shows what they began.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { says } from '../lib/asking.mjs';
import { definition } from '../lib/runs.mjs';

const asText = 'The definition as JSON';

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
  /** Its settings, as the text view has them. */
  const set = async (kind, settings) => {
    await window.clickNamed('Text');
    const text = await until('the text is there', () => window.execute(`return document.querySelector('textarea[aria-label="${asText}"]')?.value`));
    const pipeline = JSON.parse(text);
    const triggers = pipeline.triggers.map((one) => (one.id === kind ? { id: kind, kind, ...settings } : one));
    await window.fill(asText, JSON.stringify({ ...pipeline, triggers }, null, 2));
    await window.clickNamed('Triggers');
  };
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
    await set('schedule', { cron: '* * * * *', tz: 'local', missed: 'once', inputs: { text: 'the clock' } });
    await window.waitForText('section[aria-label=schedule]', 'Every minute');
    assert.equal((await live('schedule')).enabled, false, 'it begins nothing before it is switched on');
    await window.click('[aria-label="schedule begins runs"]');
    await window.waitForText('section[aria-label=schedule]', 'next');
    return (await live('schedule')).nextAt;
  });

  await step('a folder is watched', async () => {
    await add('When a file changes', 'watch');
    await set('watch', { path: folder, glob: '*.txt', debounce: '100ms', inputs: { text: '{{ event.content }}' } });
    await window.waitForText('section[aria-label=watch]', `Runs when a file in ${folder}`);
    await window.click('[aria-label="watch begins runs"]');
    await until('it is on', async () => (await live('watch')).enabled);
    await window.picture('triggers');
    // What lies there at its first look begins nothing: it has looked once something does.
    let tries = 0;
    await until('the folder is watched', async () => {
      await drop('sign.txt', `here ${(tries += 1)}`);
      return (await begun('watch')).length > 0;
    }, { within: 20_000, every: 500 });
  });

  /** The texts that runs of the watch read. */
  const read = async () => {
    const runs = (await begun('watch')).filter(({ status }) => status === 'succeeded');
    return Promise.all(runs.map(async (run) => (await window.call('run/value', { id: run.id, node: 'say', port: 'text' })).value));
  };
  await step('a file that is dropped into it begins a run, which has read it, and so does one that changes', async () => {
    await drop('letter.txt', 'good morning');
    await until('it was read', async () => (await read()).includes('It says: good morning'), { within: 20_000 });
    await drop('letter.txt', 'good evening');
    await until('it was read again', async () => (await read()).includes('It says: good evening'), { within: 20_000 });
    await window.clickNamed('Runs');
    await says(window, 'Started by its trigger watch');
    const texts = await read();
    assert.equal(texts.filter((text) => text.includes('good')).length, 2, 'one run for each');
  });

  await step('the full minute begins a run, once, and the page says when it is next', async () => {
    await says(window, 'Started by its trigger schedule', { within: 65_000 });
    await window.picture('runs');
    const minutes = Math.floor((Date.now() - due) / 60_000) + 1;
    assert.ok((await begun('schedule')).length <= minutes, 'one for a minute');
    await window.clickNamed('Triggers');
    await until('the next time is a later one', async () => (await live('schedule')).nextAt > due);
    await window.waitForText('section[aria-label=schedule]', 'next');
  });

  await step('switched off, it is next at no time', async () => {
    await window.click('[aria-label="schedule begins runs"]');
    await until('it is off', async () => (await live('schedule')).enabled === false);
    await until('the page says no time', async () => !(await window.text('section[aria-label=schedule]')).includes('next'));
    await window.picture('off');
    await window.close();
  });
}
