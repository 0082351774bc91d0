// Ollama in the window: without one the built-in engine is offered; one that runs already is used and left alone; one of Web+'s
// own loads a model from the shelf and ends with the window.

import { installOllama } from '../lib/fake-ollama.mjs';
import { answers, family, lacking, panel, runs, says, serveOllama, shelf, showEngine, showModels, withoutOllama } from '../lib/ollama.mjs';
import { end } from '../lib/process.mjs';

const row = `${shelf} tr`;

export default async function journey({ step, open, keys, model, until, skip, assert }) {
  if (!model) skip('the small model is not at hand');
  const lack = lacking();
  if (lack) skip(lack);
  const none = await withoutOllama();
  if (!none) skip('this machine has an Ollama of its own in a usual place');
  const told = (window, ...sentences) => Promise.all(sentences.map((sentence) => window.waitForText(panel, sentence)));

  await step('without one, the first screen offers the built-in engine, and the settings say that it is enough', async () => {
    const window = await open({ env: none });
    await window.waitForText('main', 'Use the built-in engine');
    await showEngine(window, keys);
    await told(window, 'Ollama isn’t on this computer', 'You don’t need it: the built-in engine runs models too.', 'Look again', 'How to install it', 'Choose program…', 'Where it was looked for');
    await window.picture('none');
    await window.close();
  });

  const ollama = await installOllama();
  await step('one that runs already is used as it is, and outlives the window', async () => {
    const somebody = await serveOllama(ollama);
    await ollama.add(somebody.address, model, 'theirs');
    const window = await open({ env: { ...ollama.env, WEBPLUS_OLLAMA: somebody.host } });
    await showEngine(window, keys);
    await told(window, 'is running', 'External, not ours to stop', 'It was running already. Web+ uses it and never stops it.', `${somebody.host} · process ${somebody.child.pid}`, 'Look again');
    const shown = await window.text(panel);
    assert.ok(!/\b(Stop|Restart)\b/.test(shown), shown);
    await window.picture('external');
    await showModels(window);
    await says(window, row, /theirs[\s\S]*Ollama\s+On disk/);
    await window.waitForText('section[aria-label="Ollama"]', 'external, not ours to stop');
    await window.picture('external-models');
    await window.close();
    assert.ok(runs(somebody.child.pid), 'its process is there');
    assert.ok(await answers(somebody.address), 'it answers');
    await end(somebody.child);
  });

  await step('one of its own is started, and a model is loaded from the shelf', async () => {
    const window = await open({ env: ollama.env });
    await showEngine(window, keys);
    await told(window, 'is running', 'Started by Web+', 'Web+ started it, and it ends with Web+.', 'Restart', 'Stop', 'Open log');
    await window.picture('own');
    const { address, pid } = await window.call('ollama/state');
    await ollama.add(address, model, 'ours');
    await showModels(window);
    await says(window, row, /ours[\s\S]*Ollama\s+On disk/, { within: 20_000 });
    await window.click('button[aria-label="Load ours"]');
    await says(window, 'section[aria-label="In memory"]', /ours[\s\S]*\d [MG]B of \d+(\.\d)? [MG]B[\s\S]*context/, { within: 20_000 });
    await says(window, row, /ours[\s\S]*Ollama\s+Loaded/);
    await window.picture('own-loaded');
    await showEngine(window, keys);
    await told(window, `process ${pid}`);
    await window.picture('own-settings');

    const engine = await family(pid);
    assert.ok(engine.length >= 2, 'the server and what runs the model');
    await Promise.all([window.close(), until('the engine has ended with the window', () => !engine.some(runs), { within: 2000 })]);
  });
}
