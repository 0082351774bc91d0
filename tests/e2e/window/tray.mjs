// The tray as a desktop's panel sees it: its entries follow the engine, start and stop a model, bring the window back, quit.
// Closing goes to the tray only where the person wants that and a panel shows it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startPanel } from '../lib/panel.mjs';
import { built, carrying, start } from '../lib/process.mjs';

const run = promisify(execFile);

export default async function journey({ step, open, model, pids, until, skip, assert }) {
  let name;
  if (!model) skip('the small model is not at hand');
  const panel = await step('a panel that shows trays is there', () => startPanel({ assert, until }));
  const { shows } = panel;
  const visible = async () => {
    const found = await run('xdotool', ['search', '--onlyvisible', '--name', 'Web\\+$']).catch(() => ({ stdout: '' }));
    return found.stdout.trim() !== '';
  };
  const runners = async () => (await carrying(process.env.WEBPLUS_JOURNEY)).filter((one) => one.name === 'webplus-runner');

  const window = await step('the window opens, and with it the tray', async () => {
    const opened = await open({ env: { WEBPLUS_OLLAMA: 'off' } });
    await shows('(No model is loaded)', 'Open Web+', 'Quit');
    return opened;
  });
  await step('a model that was added can be started from the tray', async () => {
    const { stdout } = await run(built('webplus'), ['models', 'import', model, '--json']);
    name = JSON.parse(stdout).model.replace('embedded/', '');
    await shows(`Start ${name}`);
    await panel.click(`Start ${name}`);
    await shows(`(${name} · `, `Stop ${name}`);
    assert.equal((await runners()).length, 1);
    assert.equal((await window.call('engine/state')).type, 'loaded');
  });
  await step('and stopped', async () => {
    await panel.click(`Stop ${name}`);
    await shows('(No model is loaded)', `Start ${name}`);
    await until('its process has ended', async () => (await runners()).length === 0);
  });
  await step('closing the window leaves it in the tray, which brings it back', async () => {
    const before = await pids();
    await window.call('settings/update', { closeToTray: true });
    await window.pressClose();
    await until('the window is hidden', async () => !(await visible()));
    await panel.click('Open Web+');
    await until('the window is back', visible);
    assert.deepEqual(await pids(), before);
    assert.equal((await window.call('settings/get')).closeToTray, true);
  });
  await step('a second start brings it back as well', async () => {
    await window.pressClose();
    await until('the window is hidden', async () => !(await visible()));
    const second = start(built('webplus-desktop'), [], { log: 'second' });
    second.stdout.resume();
    assert.equal(await second.ended, 0);
    await until('the window is back', visible);
  });
  await step('without a panel closing ends it: a tray that nobody sees is no way back', async () => {
    await panel.leave();
    await window.close();
  });
  await step('Quit ends it, although closing would leave it in the tray', async () => {
    const again = await startPanel({ assert, until });
    const last = await open({ env: { WEBPLUS_OLLAMA: 'off' } });
    await again.shows('Quit');
    assert.equal((await last.call('settings/get')).closeToTray, true);
    await again.click('Quit');
    await until('it has ended', async () => (await pids()).length === 0);
    await until('nothing of it is left', async () => !(await carrying(process.env.WEBPLUS_JOURNEY)).some((one) => one.name.startsWith('webplus-')));
    await again.leave();
  });
}
