// Pictures of models and engine in every state, over made-up answers, in light, dark and narrow; and how soon a long list is shown.
// node scripts/stories.mjs [folder for the pictures]. Fails on any violation, and where 500 models take longer than two frames.
import { browser, finish, look, origin, problems } from './looking.mjs';

const story = (at, more = '') => `/gallery.html?at=${encodeURIComponent(at)}${more}`;
const click =
  (name, role = 'button') =>
  async (page) => {
    await page.getByRole(role, { name, exact: true }).first().click();
  };
const clicks =
  (...steps) =>
  async (page) => {
    for (const step of steps) await step(page);
    await page.waitForTimeout(500);
  };

const only = process.env.STORY?.split(',');
const show = async (name, address, options = {}) => {
  if (only && !only.some((part) => name.includes(part))) return;
  await look(name, address, options).catch((thrown) => problems.push(`${name}: ${thrown.message.split('\n')[0]}`));
};

for (const colorScheme of ['light', 'dark']) {
  await show(`models-${colorScheme}`, story('/models', '&jobs=yes'), { colorScheme });
  await show(`detail-${colorScheme}`, story('/models?model=ollama/mistral-small:24b'), { colorScheme });
  await show(`engine-${colorScheme}`, story('/settings/engine'), { colorScheme });
  await show(`doctor-${colorScheme}`, story('/settings/doctor'), { colorScheme });
  await show(`get-${colorScheme}`, story('/models'), { colorScheme, act: clicks(click('Get a model')) });
}
for (const state of [
  'adopted',
  'off',
  'looking',
  'absent',
  'installed',
  'service',
  'unsure',
  'starting',
  'waiting',
  'failed',
  'held',
  'lost',
  'stopping',
]) {
  await show(`engine-${state}`, story('/settings/engine', `&ollama=${state}`));
  await show(`models-${state}`, story('/models', `&ollama=${state}`), { height: 500 });
}
for (const part of ['Load', 'Speed', 'Prompt', 'File']) {
  await show(`detail-${part.toLowerCase()}`, story('/models?model=ollama/mistral-small:24b'), {
    act: clicks(click(part, 'tab')),
  });
}
await show('models-sorted', story('/models'), { act: clicks(click('Context'), click('Context')) });
await show('models-where', story('/models'), { act: clicks(click('Where: All')) });
await show('models-waiting-dark', story('/models', '&waits=model/list'), { colorScheme: 'dark' });
await show('models-waiting-narrow', story('/models', '&waits=model/list'), { width: 420, height: 860 });
await show('detail-damaged', story('/models?model=ollama/phi4:14b'));
await show('detail-loaded', story('/models?model=ollama/qwen3:4b'));
await show('detail-stuck', story('/models?model=ollama/llama3.2:3b'));
await show('downloads', story('/models', '&jobs=yes'), { act: clicks(click('Show all 5')) });
await show('downloads-dark', story('/models', '&jobs=yes'), { colorScheme: 'dark', act: clicks(click('Show all 5')) });
await show('get-search', story('/models'), {
  act: clicks(click('Get a model'), click('Search', 'tab'), async (page) => {
    await page.getByLabel('Search models at the hub').fill('qwen3');
    await page.getByText('Qwen3-4B-GGUF').click();
  }),
});
await show('get-name', story('/models'), {
  act: clicks(click('Get a model'), click('By name or address', 'tab'), async (page) => {
    await page
      .getByRole('textbox', { name: 'Name or address' })
      .fill('http://huggingface.co/owner/repo/resolve/main/a.Q4_0.gguf');
  }),
});
await show('get-name-wrong', story('/models'), {
  act: clicks(click('Get a model'), click('By name or address', 'tab'), async (page) => {
    await page.getByRole('textbox', { name: 'Name or address' }).fill('qwen 3');
  }),
});
await show('get-disk', story('/models'), { act: clicks(click('Get a model'), click('On this disk', 'tab')) });
const inMenu = (name) => clicks(click('More about this model'), click(name, 'menuitem'));
await show('variant', story('/models?model=ollama/mistral-small:24b'), { act: inMenu('Make a variant…') });
await show('variant-dark', story('/models?model=ollama/mistral-small:24b'), {
  colorScheme: 'dark',
  act: inMenu('Make a variant…'),
});
await show('rename', story('/models?model=ollama/mistral-small:24b'), { act: inMenu('Rename…') });
await show('log', story('/settings/engine'), {
  act: clicks(click('Open log'), async (page) => page.getByLabel('Find in the log').fill('killed')),
});
await show('bundle', story('/settings/doctor'), { act: clicks(click('Copy support bundle')) });
await show('program', story('/settings/engine', '&ollama=absent'), { act: clicks(click('Choose program…')) });
await show('engine-form', story('/settings/engine'), {
  height: 1500,
  act: clicks(click('Memory and speed for experts'), click('Program, folder and port'), async (page) => {
    await page.getByLabel('Answers at once').fill('900');
    await page.getByRole('button', { name: 'Save' }).click();
  }),
});
await show('ticked', story('/models'), {
  act: clicks(async (page) => {
    await page.getByRole('button', { name: 'qwen3:4b', exact: true }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
  }),
});
await show('removing', story('/models'), {
  act: clicks(async (page) => {
    await page.getByRole('button', { name: 'qwen3:4b', exact: true }).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
  }),
});
await show('space', story('/models'), { act: clicks(click('Models 84.5 GB')) });
await show('free-space', story('/models'), { act: clicks(click('Free 1.5 GB')) });
await show('updates', story('/models'), {
  act: clicks(click('More about the models'), click('Look for newer versions', 'menuitem')),
});
await show('no-models', story('/models', '&models=0'));
await show('models-error', story('/models', '&fails=model/list'));
await show('models-waiting', story('/models', '&waits=model/list'));
await show('engine-error', story('/settings/engine', '&fails=ollama/state'));
await show(
  'detail-errors',
  story('/models?model=ollama/mistral-small:24b', '&fails=model/show&fails=model/speed&fails=model/start'),
  {
    act: clicks(click('Load model')),
  },
);
for (const state of ['ready', 'installed', 'absent', 'unsure', 'failed']) {
  await show(`first-${state}`, story('/chat', `&ollama=${state}&models=0`));
}
const narrow = { width: 420, height: 860 };
await show('models-narrow', story('/models', '&jobs=yes'), narrow);
await show('detail-narrow', story('/models?model=ollama/mistral-small:24b'), { ...narrow, colorScheme: 'dark' });
await show('engine-narrow', story('/settings/engine', '&ollama=adopted'), narrow);
await show('doctor-narrow', story('/settings/doctor'), { ...narrow, colorScheme: 'dark' });
await show('get-narrow', story('/models'), { ...narrow, act: clicks(click('Get a model')) });
await show('variant-narrow', story('/models?model=ollama/mistral-small:24b'), {
  ...narrow,
  act: inMenu('Make a variant…'),
});
await show('ticked-narrow', story('/models'), { ...narrow, act: clicks(click('Tick qwen3:4b', 'checkbox')) });

if (!only || only.includes('speed')) await speed();
await finish();

/**
 * The place with 500 models is opened from another one, several times: how long until its rows are painted, and how much of that the
 * page's own thread worked (which other programs' load doesn't change, so that one decides).
 */
async function speed() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const probe = await context.newCDPSession(page);
  await probe.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => {
    const { metrics } = await probe.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  };
  await page.goto(origin + story('/settings/about', '&models=500'));
  await page.waitForSelector('html[data-ready="true"]');
  const times = [];
  for (let round = 0; round < 12; round += 1) {
    const before = await worked();
    const shown = await page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      await frame();
      const begun = performance.now();
      document.querySelector('nav[aria-label=Places] a[aria-label=Models]').click();
      while (!document.querySelector('tbody tr[data-row]')) await frame();
      // The frame after the one that has the rows begins when that one has been painted.
      await frame();
      return performance.now() - begun;
    });
    const work = (await worked()) - before;
    const rows = await page.locator('tbody tr[data-row]').count();
    await page.evaluate(() => document.querySelector('nav[aria-label=Places] a[aria-label=Settings]').click());
    await page.locator('tbody').waitFor({ state: 'detached' });
    await page.waitForTimeout(100);
    times.push({ shown, work, rows });
  }
  const median = (of) => {
    const sorted = times
      .slice(2)
      .map(of)
      .sort((one, other) => one - other);
    return sorted[sorted.length >> 1];
  };
  const [shown, work] = [median((time) => time.shown), median((time) => time.work)];
  process.stdout.write(
    `500 models: ${times.at(-1).rows} rows made, painted after ${shown.toFixed(1)} ms, of which ${work.toFixed(1)} ms were work\n`,
  );
  if (work > 1000 / 30) problems.push(`500 models take ${work.toFixed(1)} ms of work, more than two frames`);
  await context.close();
}
