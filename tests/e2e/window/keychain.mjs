// A key that was entered once lies in the system's keychain and nowhere else: in no file, no log, no answer. A keychain that
// was absent at the start is used as soon as it is there.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export const needs = { keychain: false };

const secret = 'sk-canary-7f3a9c51d2e84b60a1c9';

export default async function journey({ step, open, keychain, out, assert }) {
  const window = await step('the window opens without a keychain, and says so', async () => {
    const opened = await open();
    const status = await opened.call('system/status');
    assert.ok(status.keychainProblem.length > 20, status.keychainProblem);
    return opened;
  });
  const answers = [];
  const call = async (method, params) => {
    const answer = await window.call(method, params).catch((refusal) => ({ refusal: { code: refusal.code, message: refusal.message } }));
    answers.push(JSON.stringify(answer));
    return answer;
  };
  const entered = { vendor: 'openai', key: secret, keep: 'keychain' };

  await step('a key is refused rather than written anywhere', async () => {
    const { refusal } = await call('provider/add', entered);
    assert.ok(['keychain_missing', 'keychain_locked'].includes(refusal?.code), JSON.stringify(refusal));
  });
  await step('the keychain comes, and the same window uses it', async () => {
    await keychain.start();
    const provider = await call('provider/add', entered);
    assert.equal(provider.refusal, undefined, JSON.stringify(provider));
    assert.equal(provider.keyState, 'present');
    assert.ok((await keychain.search({ service: 'webplus' })).includes(secret));
    await call('provider/list');
    await call('system/doctor');
    await call('system/status');
    await call('model/list', { refresh: true });
  });
  await step('the key is in no answer', () => {
    for (const answer of answers) assert.ok(!answer.includes(secret), answer);
  });
  await step('it is still there after a restart', async () => {
    await window.close();
    const again = await open();
    const providers = await again.call('provider/list');
    assert.ok(providers.some(({ keyState, slug }) => slug === 'openai' && keyState === 'present'), JSON.stringify(providers));
    await again.close();
  });
  await step('it is in no file and in no log', async () => {
    const keyrings = path.join(process.env.XDG_DATA_HOME, 'keyrings');
    for (const folder of [process.env.HOME, process.env.XDG_RUNTIME_DIR, out]) {
      for (const file of await files(folder)) {
        if (file.startsWith(keyrings)) continue;
        const text = await readFile(file, 'latin1');
        assert.ok(!text.includes(secret), `${file} holds the key`);
      }
    }
  });
}

async function files(folder) {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  return found.filter((one) => one.isFile()).map((one) => path.join(one.parentPath ?? one.path, one.name));
}
