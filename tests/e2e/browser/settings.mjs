// Settings: each is saved at once, survives a reload, and no section has anything for axe to complain about.

import { until } from '../lib/process.mjs';

export default async function journey({ step, open, visit, picture, accessible, assert }) {
  const { server, page } = await open({ at: '/settings', env: { WEBPLUS_OLLAMA: 'off' } });
  const section = (name) => page.getByRole('navigation', { name: 'Sections of the settings' }).getByRole('link', { name });
  const sections = ['Appearance', 'Providers', 'Engine', 'Chat', 'Downloads', 'About'];
  for (const theme of ['Light', 'Dark']) {
    await step(`every section in the ${theme.toLowerCase()} theme`, async () => {
      await section('Appearance').click();
      await page.getByRole('radio', { name: theme }).click();
      for (const name of sections) {
        await section(name).click();
        await page.getByRole('heading', { name, level: 2 }).waitFor();
        await page.waitForFunction(() => !document.querySelector('main .appears-late'));
        await accessible(page);
        await picture(page, `${name.toLowerCase()}-${theme.toLowerCase()}`);
      }
    });
  }
  await step('the doctor, once it has looked, and the list of shortcuts', async () => {
    await section('Doctor').click();
    await page.getByRole('heading', { name: 'Doctor', level: 2 }).waitFor();
    await page.getByText('Web+ itself').waitFor();
    await page.getByText('Confinement').waitFor();
    await accessible(page);
    await picture(page, 'doctor');
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await accessible(page);
    await picture(page, 'shortcuts');
    await page.keyboard.press('Escape');
  });
  await step('a hub that is no address is refused with a sentence, and nothing is kept', async () => {
    await section('Downloads').click();
    await page.getByRole('textbox', { name: 'Hub' }).fill('not an address');
    await page.getByRole('textbox', { name: 'Hub' }).press('Enter');
    await page.getByText('must begin with https://', { exact: false }).waitFor();
    assert.equal((await server.call('settings/get')).hubUrl, '');
  });
  await step('a good one is kept, and the patience too', async () => {
    await page.getByRole('textbox', { name: 'Hub' }).fill('https://hub.example.com');
    await page.getByRole('textbox', { name: 'Hub' }).press('Enter');
    await section('Chat').click();
    const patience = page.getByRole('textbox', { name: 'Seconds to the first word, number' });
    await patience.fill('600');
    await patience.press('Enter');
    await until('both are kept', async () => {
      const kept = await server.call('settings/get');
      return kept.hubUrl === 'https://hub.example.com' && kept.firstTokenTimeout === 600;
    });
  });
  await step('all of it survives a reload', async () => {
    await page.reload();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    const patience = page.getByRole('textbox', { name: 'Seconds to the first word, number' });
    await patience.waitFor();
    assert.equal(await patience.inputValue(), '600');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await section('Downloads').click();
    assert.equal(await page.getByRole('textbox', { name: 'Hub' }).inputValue(), 'https://hub.example.com');
  });
  await step('what one window changes, the other shows', async () => {
    const other = await visit(server, { at: '/settings/chat' });
    const patience = other.getByRole('textbox', { name: 'Seconds to the first word, number' });
    await patience.waitFor();
    await server.call('settings/update', { firstTokenTimeout: 120 });
    await other.waitForFunction(() => [...document.querySelectorAll('input')].some(({ value }) => value === '120'));
  });
  await step('an address that isn’t there says so', async () => {
    await page.goto(`${server.url}/nowhere`);
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
    await accessible(page);
  });
  await server.stop();
}
