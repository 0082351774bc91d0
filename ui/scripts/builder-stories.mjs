// Pictures of the builder and of the settings of pipelines in every state, over made-up answers, in light, dark and narrow.
// node scripts/builder-stories.mjs [folder for the pictures]. STORY=part-of-a-name,… shows only those. Fails on any violation.
import { finish, look, problems } from './looking.mjs';

const story = (at, more = '') => `/gallery.html?at=${encodeURIComponent(at)}${more}`;
const drawn = (more = '', search = '') => story(`/pipelines/code-factory${search}`, more);
const only = process.env.STORY?.split(',');
const show = async (name, address, options = {}) => {
  if (only && !only.some((part) => name.includes(part))) return;
  await look(`builder-${name}`, address, options).catch((thrown) =>
    problems.push(`${name}: ${thrown.message.split('\n')[0]}`),
  );
};
const settle = (page) => page.waitForTimeout(900);
const acts =
  (...steps) =>
  async (page) => {
    await settle(page);
    for (const step of steps) await step(page);
    await settle(page);
  };
const press = (name) => (page) => page.getByRole('button', { name }).first().click();
const choose = (id) => (page) =>
  page.locator(`.react-flow__node[data-id="${id}"]`).click({ position: { x: 60, y: 20 } });
const narrow = { width: 420, height: 860 };
const wide = { width: 1600 };

for (const colorScheme of ['light', 'dark']) {
  await show(`canvas-${colorScheme}`, drawn('&faults=yes'), { ...wide, colorScheme, act: settle });
  await show(`step-${colorScheme}`, drawn('', '?step=good'), {
    ...wide,
    colorScheme,
    height: 1100,
    act: acts(choose('good')),
  });
  await show(`triggers-${colorScheme}`, drawn('', '?tab=triggers'), { colorScheme, height: 1700, act: acts() });
  await show(`tests-${colorScheme}`, drawn('', '?tab=tests'), {
    colorScheme,
    height: 1200,
    act: acts(press(/^Run 2 tests/)),
  });
  await show(`versions-${colorScheme}`, drawn('', '?tab=versions'), { colorScheme, act: settle });
  await show(`run-${colorScheme}`, drawn(), { ...wide, colorScheme, act: acts(press('Run')) });
  await show(`conflict-${colorScheme}`, drawn('&conflict=yes', '?tab=settings'), {
    colorScheme,
    act: acts(
      (page) => page.getByRole('textbox', { name: 'Name', exact: true }).fill('Mine'),
      press('Compare and decide'),
    ),
  });
  await show(`list-${colorScheme}`, story('/pipelines'), { colorScheme, act: settle });
  for (const section of ['secrets', 'webhooks', 'pipelines', 'runs']) {
    await show(`settings-${section}-${colorScheme}`, story(`/settings/${section}`), { colorScheme, act: settle });
  }
  await show(`selftest-${colorScheme}`, story('/settings/selftest', '&selftest=passed'), { colorScheme, act: settle });
}
const operation = (name) => async (page) => {
  await page.getByRole('combobox', { name: /^What to do/ }).click();
  await page.getByRole('option', { name, exact: true }).click();
};
await show('text-new', drawn(), { ...wide, act: acts(press('Work on text')) });
await show('text-split', drawn(), {
  ...wide,
  act: acts(
    press('Work on text'),
    operation('split'),
    (page) => page.getByRole('textbox', { name: 'Separator' }).fill(', '),
    operation('replace'),
  ),
});
await show('runs-change', story('/settings/runs'), {
  act: acts(press(/^Change/), (page) => page.getByRole('textbox', { name: 'Runs' }).fill('500')),
});
await show('runs-wrong', story('/settings/runs'), {
  act: acts(press(/^Change/), (page) => page.getByRole('textbox', { name: 'Days', exact: true }).fill('0')),
  colorScheme: 'dark',
});
await show('runs-remove', story('/settings/runs'), { act: acts(press(/^Remove 214 runs/)) });
await show('runs-tidy', story('/settings/runs', '&kept=tidy'), { act: settle });
await show('runs-none', story('/settings/runs', '&kept=none'), { act: settle });
await show('runs-error', story('/settings/runs', '&fails=run/kept'), { act: settle });
await show('runs-loading', story('/settings/runs', '&waits=run/kept'), { act: settle });
await show('runs-narrow', story('/settings/runs'), { ...narrow, act: acts(press(/^Change/)) });
await show('folders-window', story('/settings/pipelines', '&host=window'), { act: settle });
await show('folders-refused', story('/settings/pipelines', '&host=window&fails=pipeline/watch'), {
  act: acts(press('Add a folder')),
});
await show('deliveries', story('/settings/webhooks'), { act: acts(press('What was sent')) });
await show('webhook-new', story('/settings/webhooks'), { act: acts(press('Add a webhook')) });
await show('secret-new', story('/settings/secrets'), { act: acts(press('Enter a secret'), press('Keep secret')) });
await show('webhook-secret', drawn('', '?tab=triggers'), {
  height: 1700,
  act: acts((page) => page.getByRole('switch', { name: 'after begins runs' }).click()),
});
await show('selftest-running', story('/settings/selftest', '&selftest=running'), { act: settle });
await show('selftest-broken', story('/settings/selftest', '&selftest=broken'), { act: settle });
await show('settings', drawn('', '?tab=settings'), { height: 2000, act: settle });
await show('text', drawn('', '?tab=text'), { act: settle });
await show('add', drawn(), { ...wide, act: acts(press('Add')) });
for (const tab of ['', '?tab=triggers', '?tab=tests', '?tab=versions']) {
  await show(`empty${tab.replace('?tab=', '-')}`, drawn('&bare=yes&empty=yes', tab), { act: settle });
}
for (const section of ['secrets', 'webhooks', 'selftest', 'pipelines']) {
  await show(`settings-${section}-empty`, story(`/settings/${section}`, '&empty=yes'), { act: settle });
}
await show('none', story('/pipelines', '&empty=yes'), { act: settle });
await show('error', drawn('&fails=pipeline/get'), { act: settle });
await show('list-error', story('/pipelines', '&fails=pipeline/list'), { act: settle });
await show('triggers-error', drawn('&fails=trigger/list', '?tab=triggers'), { height: 1700, act: settle });
await show('tests-error', drawn('&fails=pipeline/test', '?tab=tests'), { act: acts(press(/^Run 2 tests/)) });
await show('secrets-error', story('/settings/secrets', '&fails=secret/list'), { act: settle });
await show('webhooks-error', story('/settings/webhooks', '&fails=webhook/list'), { act: settle });
await show('selftest-error', story('/settings/selftest', '&fails=selftest/state'), { act: settle });
await show('save-failed', drawn('&fails=pipeline/save', '?tab=settings'), {
  act: acts((page) => page.getByRole('textbox', { name: 'Name', exact: true }).fill('Mine')),
});
await show('loading', drawn('&waits=pipeline/get'), { act: settle });
await show('secrets-loading', story('/settings/secrets', '&waits=secret/list'), { act: settle });
await show('canvas-narrow', drawn(), { ...narrow, act: settle });
await show('triggers-narrow', drawn('', '?tab=triggers'), {
  ...narrow,
  height: 2000,
  colorScheme: 'dark',
  act: settle,
});
await show('tests-narrow', drawn('', '?tab=tests'), { ...narrow, height: 1500, act: settle });
for (const section of ['secrets', 'webhooks', 'selftest', 'pipelines']) {
  await show(`settings-${section}-narrow`, story(`/settings/${section}`, '&selftest=passed'), {
    ...narrow,
    act: settle,
  });
}
await finish();
