// "Crash me": the page begins the self-test, shows how far it is, and what each promise came to.

export const needs = { keychain: false };

export default async function journey({ step, open, picture, accessible, assert }) {
  const { server, page } = await open({ at: '/settings/selftest', env: { WEBPLUS_OLLAMA: 'off' } });

  await step('it says what it does before it does it', async () => {
    await page.getByRole('button', { name: 'Crash me', exact: true }).waitFor();
    await accessible(page);
  });

  await step('it is killed in the middle, and every promise is held against what happened', async () => {
    await page.getByRole('button', { name: 'Crash me', exact: true }).click();
    await page.getByRole('progressbar').waitFor();
    await picture(page, 'running');
    await page.getByRole('list', { name: 'Promises' }).waitFor({ timeout: 300_000 });
    const { report } = await server.call('selftest/state');
    assert.ok(report.kills > 0);
    assert.equal(await page.getByRole('list', { name: 'Promises' }).getByRole('listitem').count(), report.checks.length);
    assert.ok(report.passed, JSON.stringify(report.checks));
    await page.getByText('Every promise was kept').waitFor();
    await accessible(page);
    await picture(page, 'kept');
  });
  await server.stop();
}
