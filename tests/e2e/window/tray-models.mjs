// Models of every provider in the tray: each with its memory and a way to stop it, all stopped at once, those used last
// started again, and Ollama itself started, stopped and started anew.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installOllama } from '../lib/fake-ollama.mjs';
import { startPanel } from '../lib/panel.mjs';
import { built, carrying } from '../lib/process.mjs';

const run = promisify(execFile);

export default async function journey({ step, open, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  const ollama = await installOllama({ runner_term_ms: 50 });
  const panel = await step('a panel that shows trays is there', () => startPanel({ assert, until }));
  const { shows, showsNo, click } = panel;
  const window = await step('the window opens with an Ollama of its own', async () => {
    const opened = await open({ env: ollama.env });
    await shows('(No model is loaded)', '(Ollama is running, started by Web+)', 'Stop Ollama', 'Restart Ollama');
    return opened;
  });
  const state = () => window.call('ollama/state');
  const runners = async () => (await carrying(process.env.WEBPLUS_JOURNEY)).filter((one) => one.name === 'webplus-runner');

  const name = await step('models of both engines are added, one of them in Ollama alone', async () => {
    await ollama.add((await state()).address, model, 'tiny');
    await ollama.add((await state()).address, model, 'other');
    const { stdout } = await run(built('webplus'), ['models', 'import', model, '--json']);
    return JSON.parse(stdout).model.replace('embedded/', '');
  });
  await step('a model of each is loaded and stands there with its memory', async () => {
    await window.call('model/start', { id: 'ollama/tiny:latest' });
    await shows('(tiny · ', 'Stop tiny');
    await showsNo('Stop all');
    await window.call('model/start', { id: `embedded/${name}` });
    await shows('(tiny · ', 'Stop tiny', `(${name} · `, `Stop ${name}`, 'Stop all');
    const entries = await panel.entries();
    assert.ok(entries.some((entry) => /^\(tiny · \d+(\.\d)? [MG]B\)$/.test(entry)), entries.join(', '));
  });
  await step('one is stopped by its own entry', async () => {
    await click('Stop tiny');
    await showsNo('(tiny · ');
    assert.equal((await window.call('engine/state')).type, 'loaded');
  });
  await step('what was used last can be started, and all stopped at once', async () => {
    await window.call('model/start', { id: 'ollama/other:latest' });
    await shows('(other · ', `(${name} · `, 'Stop all');
    await click('Stop all');
    await shows('(No model is loaded)', `Start ${name}`);
    await until('no runner is left', async () => (await runners()).length === 0);
    await click(`Start ${name}`);
    await shows(`(${name} · `, `Stop ${name}`);
    await click(`Stop ${name}`);
    await shows('(No model is loaded)');
  });
  await step('Ollama is stopped, started and started anew', async () => {
    await click('Stop Ollama');
    await shows('(Ollama isn’t running)', 'Start Ollama');
    await click('Start Ollama');
    await shows('(Ollama is running, started by Web+)', 'Restart Ollama');
    const { pid } = await state();
    await click('Restart Ollama');
    await until('it is another process', async () => {
      const now = await state();
      return now.type === 'ready' && now.pid !== pid;
    }, { within: 20_000 });
  });
  await step('the window closes, and nothing is left of any engine', async () => {
    await panel.leave();
    await window.close();
  });
}
