// Pictures of runs in every state, over made-up answers, in light, dark and narrow; and what a run of a thousand steps costs.
// node scripts/run-stories.mjs [folder for the pictures]. STORY=part-of-a-name,… shows only those. Fails on any violation.
import { finish, look, problems } from './looking.mjs';

const story = (run, more = '') => `/gallery.html?at=${encodeURIComponent('/runs/r1')}&run=${run}${more}`;
const only = process.env.STORY?.split(',');
const show = async (name, address, options = {}) => {
  if (only && !only.some((part) => name.includes(part))) return;
  await look(`run-${name}`, address, options).catch((thrown) =>
    problems.push(`${name}: ${thrown.message.split('\n')[0]}`),
  );
};
const settle = (page) => page.waitForTimeout(900);
const tab = (name) => async (page) => {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
  await settle(page);
};
const pick = (title) => async (page) => {
  await page
    .getByRole('option', { name: new RegExp(`^${title}`) })
    .first()
    .click();
  await settle(page);
};

for (const colorScheme of ['light', 'dark']) {
  for (const run of ['running', 'waiting', 'decision', 'failed', 'succeeded']) {
    await show(`${run}-${colorScheme}`, story(run), { colorScheme, act: settle });
  }
  await show(`list-${colorScheme}`, `/gallery.html?at=${encodeURIComponent('/runs')}`, { colorScheme });
  await show(`rerun-${colorScheme}`, story('failed'), {
    colorScheme,
    act: async (page) => {
      await settle(page);
      await page.getByRole('button', { name: 'Run again from here' }).first().click();
      await settle(page);
    },
  });
  await show(`step-${colorScheme}`, story('running'), {
    colorScheme,
    act: async (page) => {
      await settle(page);
      await pick('Plan')(page);
    },
  });
}
for (const run of ['paused', 'queued', 'reused', 'long']) await show(run, story(run), { act: settle });
for (const scheme of ['light', 'dark']) {
  await show(`effects-${scheme}`, story('cancelled'), { colorScheme: scheme, act: settle });
}
await show('effects-narrow', story('cancelled'), { width: 420, height: 860, act: settle });
await show('loop', story('succeeded'), {
  act: async (page) => {
    await settle(page);
    await tab('Graph')(page);
    await pick('Fix until it passes')(page);
  },
});
await show('map', story('running'), {
  act: async (page) => {
    await settle(page);
    await pick('Each part')(page);
  },
});
await show('journal', story('running'), { act: tab('Journal') });
await show('timeline', story('running'), { act: tab('Timeline') });
await show('no-results', story('running'), { act: tab('Results') });
await show('results-tall', story('succeeded'), { act: settle, height: 2600 });
await show('again', story('succeeded'), {
  act: async (page) => {
    await settle(page);
    await page.getByRole('button', { name: 'Run again' }).click();
    await settle(page);
  },
});
await show('none', `/gallery.html?at=${encodeURIComponent('/runs')}&run=none`);
await show('error', story('running', '&fails=run/get'));
await show('list-error', `/gallery.html?at=${encodeURIComponent('/runs')}&fails=run/list`);
await show('loading', story('running', '&waits=run/get'));
await show('step-error', story('failed', '&fails=run/step'), { act: settle });
const narrow = { width: 420, height: 860 };
for (const run of ['running', 'waiting', 'failed', 'succeeded', 'decision']) {
  await show(`${run}-narrow`, story(run), { ...narrow, act: settle, colorScheme: run === 'failed' ? 'dark' : 'light' });
}
await show('list-narrow', `/gallery.html?at=${encodeURIComponent('/runs')}`, narrow);
await finish();
