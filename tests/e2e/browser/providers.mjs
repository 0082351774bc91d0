// Connecting a provider: a wrong key gets its sentence, the right one is kept in the keychain, and neither is ever seen again.

import { createServer } from 'node:http';

const right = 'sk-right-0123456789-abcdWXYZ';
const wrong = 'sk-wrong-0123456789-abcdEFGH';

export default async function journey({ step, open, picture, accessible, assert, keychain }) {
  const asked = [];
  const vendor = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const welcome = request.headers.authorization === `Bearer ${right}`;
    response.writeHead(welcome ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(welcome
      ? { object: 'list', data: [{ id: 'scripted-large', object: 'model' }, { id: 'scripted-small', object: 'model' }] }
      : { error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' } }));
  });
  await new Promise((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${vendor.address().port}/v1`;
  try {
    const { server, page } = await open({ at: '/settings/providers', env: { WEBPLUS_OLLAMA: 'off' } });
    const said = [];
    page.on('response', async (response) => {
      if (!response.url().includes('/api/v1/rpc/')) return;
      said.push(await response.text().catch(() => ''));
    });
    const add = () => page.getByRole('button', { name: 'Add a provider' });
    const dialog = page.getByRole('dialog');
    const fill = async (key) => {
      await dialog.getByRole('combobox', { name: 'Provider' }).click();
      await page.getByRole('option', { name: 'Another server (OpenAI-compatible)' }).click();
      await dialog.getByRole('textbox', { name: 'Address' }).fill(address);
      await dialog.getByRole('textbox', { name: 'Name' }).fill('Scripted');
      await dialog.getByLabel(/^API key/).fill(key);
    };

    await step('the list and the form have nothing for axe to complain about', async () => {
      await page.getByText('Built-in engine').first().waitFor();
      await accessible(page);
      await add().click();
      await dialog.waitFor();
      assert.equal(await dialog.getByLabel(/^API key/).getAttribute('type'), 'password');
      await accessible(page);
      await picture(page, 'add');
    });
    await step('a wrong key gets its sentence and the button that helps', async () => {
      await fill(wrong);
      await dialog.getByRole('button', { name: 'Connect' }).click();
      await dialog.getByRole('alert').waitFor();
      await picture(page, 'wrong-key');
      await accessible(page);
      await dialog.getByRole('button', { name: 'Enter the key again' }).click();
      assert.equal(await dialog.getByLabel(/^API key/).inputValue(), '', 'the wrong key is still in the field');
    });
    await step('the right key connects', async () => {
      await fill(right);
      await dialog.getByRole('button', { name: 'Connect' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('Key …WXYZ').waitFor();
      const providers = await server.call('provider/list');
      assert.deepEqual(providers.map(({ name }) => name), ['Built-in engine', 'Scripted']);
    });
    await step('its test says what it found, in place', async () => {
      await page.getByRole('button', { name: 'Test Scripted' }).click();
      await page.getByText('offers 2 models', { exact: false }).waitFor();
      await picture(page, 'tested');
      await accessible(page);
    });
    if (process.platform === 'linux') {
      await step('the key is in the keychain', async () => {
        assert.match(await keychain.search({ service: 'webplus' }), new RegExp(right));
      });
    }
    await step('moving it elsewhere says that the key must be entered again, and never sends it there', async () => {
      const before = asked.length;
      await page.getByRole('button', { name: 'What can be done with Scripted' }).click();
      await page.getByRole('menuitem', { name: 'Name and address' }).click();
      await dialog.getByRole('textbox', { name: 'Address' }).fill(address.replace('127.0.0.1', 'localhost'));
      await dialog.getByText('enter it again', { exact: false }).first().waitFor();
      await accessible(page);
      await dialog.getByRole('button', { name: 'Move, and enter the key again' }).click();
      await page.getByText('Key is missing').waitFor();
      assert.ok(!asked.slice(before).includes(`Bearer ${right}`), 'the key went to another origin');
    });
    await step('no answer of Web+ and no word of the page holds a key', async () => {
      const html = await page.content();
      for (const key of [right, wrong]) {
        assert.ok(!html.includes(key), 'the page holds a key');
        assert.ok(!said.some((text) => text.includes(key)), 'an answer holds a key');
        assert.ok(!(page.consoleLines ?? []).some((line) => line.includes(key)), 'the console holds a key');
      }
      const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
      assert.ok(!kept.includes(right) && !kept.includes(wrong), 'the browser keeps a key');
    });
    await step('removing it takes the key along', async () => {
      await page.getByRole('button', { name: 'What can be done with Scripted' }).click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Remove provider and key' }).click();
      await page.getByText('Scripted', { exact: true }).waitFor({ state: 'detached' });
      if (process.platform === 'linux') assert.doesNotMatch(await keychain.search({ service: 'webplus' }).catch(() => ''), new RegExp(right));
    });
    if (process.platform === 'linux') {
      await step('without a keychain it asks where to keep the key, and presets nothing', async () => {
        await keychain.stop();
        await page.reload();
        await add().click();
        await dialog.getByRole('combobox', { name: 'Provider' }).waitFor();
        await fill(right);
        await dialog.getByRole('radio', { name: 'For this session only' }).waitFor();
        assert.equal(await dialog.getByRole('radio', { checked: true }).count(), 0);
        assert.ok(await dialog.getByRole('button', { name: 'Connect' }).isDisabled());
        await accessible(page);
        await picture(page, 'no-keychain');
        await dialog.getByRole('radio', { name: 'For this session only' }).click();
        await dialog.getByRole('button', { name: 'Connect' }).click();
        await page.getByText('for this session', { exact: true }).waitFor();
      });
      const passphrase = 'correct horse battery';
      const group = page.getByRole('group', { name: 'Vault' });
      await step('a vault is made from the page, and keeps the key', async () => {
        await add().click();
        await dialog.getByRole('combobox', { name: 'Provider' }).waitFor();
        await fill(right);
        await dialog.getByRole('textbox', { name: 'Name' }).fill('Vaulted');
        await dialog.getByRole('radio', { name: 'In a vault under a passphrase' }).click();
        assert.ok(await dialog.getByRole('button', { name: 'Connect' }).isDisabled());
        await group.getByLabel('Choose a passphrase').fill(passphrase);
        await group.getByLabel('The same passphrase again').fill('correct horse');
        await group.getByRole('button', { name: 'Make the vault' }).click();
        await group.getByText('The two are not the same.').waitFor();
        await accessible(page);
        await picture(page, 'vault');
        await group.getByLabel('The same passphrase again').fill(passphrase);
        await group.getByLabel('The same passphrase again').press('Enter');
        await group.waitFor({ state: 'detached' });
        await dialog.getByRole('button', { name: 'Connect' }).click();
        await page.getByText('in the vault', { exact: true }).waitFor();
        assert.ok(asked.includes(`Bearer ${right}`));
      });
      await step('after a restart its passphrase opens it, and no other', async () => {
        await server.stop();
        const { server: again, page: later } = await open({ at: '/settings/providers', env: { WEBPLUS_OLLAMA: 'off' } });
        await later.getByText('Vault is closed', { exact: true }).waitFor();
        await later.getByRole('button', { name: 'Open the vault for the key of Vaulted' }).click();
        const opening = later.getByRole('dialog', { name: 'Open the vault' });
        await opening.getByLabel('Passphrase of the vault').fill('correct horse batteries');
        await opening.getByRole('button', { name: 'Open the vault' }).click();
        await opening.getByRole('alert').waitFor();
        assert.equal(await opening.getByLabel('Passphrase of the vault').inputValue(), '');
        await accessible(later);
        await picture(later, 'vault-closed');
        await opening.getByLabel('Passphrase of the vault').fill(passphrase);
        await opening.getByLabel('Passphrase of the vault').press('Enter');
        await opening.waitFor({ state: 'detached' });
        await later.getByText('in the vault', { exact: true }).waitFor();
        assert.ok(!said.some((text) => text.includes(passphrase)), 'an answer holds the passphrase');
        await again.stop();
      });
    }
    await server.stop();
  } finally {
    vendor.closeAllConnections();
    vendor.close();
  }
}
