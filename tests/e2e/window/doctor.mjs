// The doctor names whoever holds the port that was chosen, to the page and to the command line beside it; its button mends it.

import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { installOllama } from '../lib/fake-ollama.mjs';
import { built, end, start } from '../lib/process.mjs';

const run = promisify(execFile);
const holder = `
import socket, sys
held = socket.socket()
held.bind(("127.0.0.1", 0))
held.listen()
print(held.getsockname()[1], flush=True)
sys.stdin.read()
`;

export default async function journey({ step, open, until, assert }) {
  const ollama = await installOllama();
  const { child, port } = await step('a program holds a port', async () => {
    const held = start('python3', ['-c', holder], { log: 'holder', input: true });
    const first = await createInterface({ input: held.stdout })[Symbol.asyncIterator]().next();
    return { child: held, port: Number(first.value) };
  });
  const window = await step('the window opens, and an Ollama is wanted at just that port', async () => {
    const opened = await open({ env: ollama.env });
    const settings = await opened.call('ollama/settings');
    await opened.call('ollama/configure', { ...settings, mode: 'own', port });
    return opened;
  });
  const names = ({ message }) => {
    assert.match(message, new RegExp(`Port ${port} is held by .*python.*process ${child.pid}\\b`));
  };
  const check = async () => (await window.call('system/doctor')).checks.find(({ id }) => id === 'port');

  await step('the doctor names the program and its process, and has a button', async () => {
    const found = await check();
    assert.equal(found.status, 'fail');
    names(found);
    const folder = (await window.call('system/doctor')).checks.find(({ id }) => id === 'folder');
    assert.equal(folder.status, 'ok', folder.message);
    assert.deepEqual([found.fix.label, found.fix.method], ['Choose a free port', 'ollama/configure']);
  });
  await step('so does the command line, and ends with 1', async () => {
    const ended = await run(built('webplus'), ['doctor', '--json']).catch((error) => error);
    assert.equal(ended.code, 1);
    names(JSON.parse(ended.stdout).checks.find(({ id }) => id === 'port'));
  });
  await step('the page says it as well', async () => {
    await window.press('\uE009', ',');
    await until('the settings are shown', () => window.execute("return location.pathname.startsWith('/settings')"));
    const place = await until('there is a way to the doctor', () => window.execute(`
      const named = [...document.querySelectorAll('a, button, [role=tab]')].map((one) => one.textContent.trim());
      return named.includes('Doctor') && 'Doctor';`));
    await window.clickNamed(place);
    await window.waitForText('main', `Port ${port} is held by`, { within: 20_000 });
    await window.picture('held');
  });
  await step('its button lets the port be chosen freely, and Ollama runs', async () => {
    await window.clickNamed('Choose a free port');
    await until('the doctor no longer speaks of that port', async () => {
      const { status, message } = await check();
      return status !== 'fail' && !message.includes(port);
    });
    await until('it is ready at another port', async () => {
      const state = await window.call('ollama/state');
      return state.type === 'ready' && !state.address.endsWith(`:${port}`);
    }, { within: 20_000 });
    await window.picture('mended');
  });
  await step('the text for whoever helps names nobody', async () => {
    const { text } = await window.call('system/bundle');
    assert.ok(JSON.parse(text).checks.length >= 14);
    assert.ok(!text.includes(process.env.HOME), text);
  });
  await end(child);
  await window.close();
}
