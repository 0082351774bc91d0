// The window opens, draws, keeps to its policy; a second start brings it to the front and ends; closing it leaves nothing.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { built, start } from '../lib/process.mjs';

const run = promisify(execFile);

export default async function journey({ step, open, pids, until, assert }) {
  const window = await step('the window opens and its page says that it can be used', () => open());

  await step('it shows something', () => window.picture('first'));

  await step('it is called Web+', async () => {
    assert.match(await window.execute('return document.title'), /Web\+$/);
    const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', 'Web\\+$']);
    assert.equal(stdout.trim().split('\n').length, 1);
  });

  await step('its policy holds: no inline script runs, nothing is fetched from elsewhere, and its own page breaks nothing', async () => {
    const outcome = await window.executeAsync(`const done = arguments[0];
      const broken = [];
      document.addEventListener('securitypolicyviolation', (event) => broken.push(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'window.inlineRan = true';
      document.head.append(script);
      fetch('https://example.org/').then(() => 'fetched', () => 'refused').then((fetched) =>
        setTimeout(() => done({ broken, fetched, inline: 'inlineRan' in window, global: '__TAURI__' in window }), 100));`);
    assert.deepEqual({ fetched: outcome.fetched, inline: outcome.inline, global: outcome.global }, { fetched: 'refused', inline: false, global: false });
    assert.ok(outcome.broken.includes('connect-src') && outcome.broken.some((one) => one.startsWith('script-src')), `${outcome.broken}`);
  });

  await step('commands that are not granted are refused, and so are other addresses', async () => {
    const answer = await window.executeAsync(`const done = arguments[0];
      const ask = (command, values) => window.__TAURI_INTERNALS__.invoke(command, values).then(() => 'allowed', (refusal) => String(refusal.message ?? refusal));
      Promise.all([
        ask('plugin:dialog|open', { options: {} }), ask('plugin:store|load', { path: 'x', options: {} }), ask('plugin:window|close', { label: 'main' }),
        ask('plugin:webview|create_webview_window', { options: { label: 'x' } }), ask('plugin:event|emit', { event: 'menu', payload: 'x' }),
        ask('open_external', { url: 'file:///etc/passwd' }), ask('rpc', { method: 'no/such', params: {} }),
      ]).then(done);`);
    for (const refusal of answer.slice(0, 5)) assert.match(refusal, /not allowed|not found/);
    assert.match(answer[5], /^Only web and mail addresses/);
    assert.equal(answer[6], 'There is no method "no/such".');
    await window.execute("window.location.href = 'https://example.org/'");
    await window.execute("window.open('https://example.org/')");
    assert.match(await window.execute('return location.href'), /^tauri:\/\/localhost/);
  });

  await step('a command finds the window’s application through its socket', async () => {
    const { stdout } = await run(built('webplus'), ['models', 'list', '--json']);
    for (const line of stdout.trim().split('\n').filter(Boolean)) JSON.parse(line);
  });

  await step('a second start ends by itself and leaves one window', async () => {
    const second = start(built('webplus-desktop'), [], { log: 'second' });
    second.stdout.resume();
    const status = await second.ended;
    assert.equal(status, 0);
    assert.equal((await pids()).length, 1);
  });

  await step('closing the window ends everything', async () => {
    await window.close();
    await until('nothing of it is left', async () => (await pids()).length === 0);
  });
}
