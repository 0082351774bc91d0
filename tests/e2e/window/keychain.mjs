// A key that a person types into the page lies in the system's keychain and nowhere else: in no file, no log, no answer. A
// keychain that was absent at the start is used as soon as it is there, by the same window.

import { createServer } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { says } from '../lib/asking.mjs';
import { until } from '../lib/process.mjs';

export const needs = { keychain: false };

const secret = 'sk-canary-7f3a9c51d2e84b60a1c9WXYZ';
const dialog = '[role=dialog]';
const keyField = `${dialog} input[type=password]`;

export default async function journey({ step, open, keychain, out, assert }) {
  const vendor = await startVendor();
  const answers = [];
  let window = await step('the window opens without a keychain', () => open({ env: { WEBPLUS_OLLAMA: 'off' } }));
  const call = async (method, params) => {
    const answer = await window.call(method, params).catch((refusal) => ({ refusal: { code: refusal.code, message: refusal.message } }));
    answers.push(JSON.stringify(answer));
    return answer;
  };
  const connectIsOff = () => window.execute(`return [...document.querySelectorAll('${dialog} button')].find((one) => one.textContent === 'Connect').disabled`);

  await step('everything that the shell answers the page is written down', () => listen(window));
  await step('the form says that there is no keychain, what to do, and chooses nothing for the person', async () => {
    await toProviders(window);
    await window.clickNamed('Add a provider');
    await chooseOther(window);
    await window.type(`${dialog} input[type=url]`, vendor.address);
    await window.type(keyField, secret);
    const { keychainProblem } = await call('provider/key-places');
    assert.ok(keychainProblem.length > 20, keychainProblem);
    await says(window, keychainProblem);
    await says(window, 'It can’t be used at the moment.');
    assert.equal(await connectIsOff(), true);
    assert.equal((await window.findAll(`${dialog} [role=radio][aria-checked=true]`)).length, 0);
    await window.picture('no-keychain');
  });
  await step('a key for the keychain is refused rather than written anywhere', async () => {
    const { refusal } = await call('provider/add', { kind: 'openai_compatible', baseUrl: vendor.address, key: secret, keep: 'keychain' });
    assert.ok(['keychain_missing', 'keychain_locked'].includes(refusal?.code), JSON.stringify(refusal));
  });
  await step('the keychain comes, and the same window uses it', async () => {
    await keychain.start();
    await window.clickNamed('Look again');
    await until('the key can be kept', async () => !(await connectIsOff()));
    await window.picture('keychain');
    await window.clickNamed('Connect');
    await window.waitForNo(dialog);
    await says(window, 'Key …WXYZ in the keychain');
    await window.picture('kept');
    assert.deepEqual(vendor.keys, [`Bearer ${secret}`]);
    assert.ok((await keychain.search({ service: 'webplus' })).includes(secret));
  });
  await step('the page shows its last four letters only, and the form is empty when it is opened again', async () => {
    await window.click('button[aria-label^="What can be done with 127"]');
    await window.clickNamed('Change the key');
    await window.waitFor(keyField);
    const { page, fields, kept } = await window.execute(`return {
      page: document.documentElement.outerHTML,
      fields: [...document.querySelectorAll('input, textarea')].map((one) => one.value),
      kept: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
    }`);
    for (const text of [page, ...fields, kept]) assert.ok(!text.includes(secret), 'the page holds the key');
    assert.ok(page.includes('WXYZ'));
    await window.clickNamed('Cancel');
  });
  await step('the key is in no answer', async () => {
    for (const method of ['provider/list', 'system/doctor', 'provider/key-places']) await call(method);
    await call('model/list', { refresh: true });
    const heard = await window.execute('return window.heard');
    assert.ok(heard.some((text) => text.includes('WXYZ')), 'the page’s own calls were not heard');
    for (const answer of [...answers, ...heard]) assert.ok(!answer.includes(secret), answer);
  });
  await step('it is still there after a restart', async () => {
    await window.close();
    window = await open({ env: { WEBPLUS_OLLAMA: 'off' } });
    await toProviders(window);
    await says(window, 'Key …WXYZ in the keychain');
  });
  await step('a keychain that goes away is said where the key is, and nothing is deleted', async () => {
    await keychain.stop();
    await window.close();
    window = await open({ env: { WEBPLUS_OLLAMA: 'off' } });
    await toProviders(window);
    await says(window, 'No keychain');
    await window.picture('gone');
    await keychain.start();
    await window.clickNamed('Look again for the key of 127.0.0.1');
    await says(window, 'Key …WXYZ in the keychain');
    await window.close();
  });
  await step('it is in no file and in no log', async () => {
    const keyrings = path.join(process.env.XDG_DATA_HOME, 'keyrings');
    for (const folder of [process.env.HOME, process.env.XDG_RUNTIME_DIR, process.env.TMPDIR, out]) {
      for (const file of await files(folder)) {
        if (file.startsWith(keyrings)) continue;
        const text = await readFile(file, 'latin1');
        assert.ok(!text.includes(secret), `${file} holds the key`);
      }
    }
  });
  vendor.stop();
}

async function toProviders(window) {
  await window.clickNamed('Settings');
  await window.clickNamed('Providers');
  await says(window, 'Built-in engine');
}

/** A list takes no click in the moment in which it opens, so that the press that opened it chooses nothing. */
async function chooseOther(window) {
  await until('the other server is chosen', async () => {
    if (await window.find(`${dialog} input[type=url]`)) return true;
    await window.click(`${dialog} [role=combobox]`);
    await window.clickNamed('Another server (OpenAI-compatible)', { within: 2000 });
    return false;
  }, { every: 500, within: 20_000 });
}

/** The page's calls reach the shell by fetch; what comes back is copied into window.heard. */
function listen(window) {
  return window.execute(`window.heard = [];
    const original = window.fetch;
    window.fetch = async (...words) => {
      const response = await original(...words);
      response.clone().text().then((text) => window.heard.push(text), () => undefined);
      return response;
    };`);
}

/** A vendor that lists one model to whoever has the right key, and notes which keys it was shown. */
async function startVendor() {
  const keys = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    if (!keys.includes(authorization)) keys.push(authorization);
    const right = authorization === `Bearer ${secret}`;
    response.writeHead(right ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(right ? { object: 'list', data: [{ id: 'scripted', object: 'model' }] } : { error: { message: 'Incorrect API key provided.' } }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/v1`,
    keys,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function files(folder) {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  return found.filter((one) => one.isFile()).map((one) => path.join(one.parentPath ?? one.path, one.name));
}
