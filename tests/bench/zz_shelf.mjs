import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { browserTools } from '../e2e/lib/browser.mjs';
import { bench, percentile, report, rounds } from './lib/bench.mjs';
import { openShelf } from './lib/page.mjs';
const many = 500;
await bench(['x'], async () => {
  const tools = browserTools();
  const data = Array.from({ length: many }, (_, index) => ({ id: `maker-${index % 25}/model-${String(index).padStart(3, '0')}-instruct`, object: 'model' }));
  const shop = createServer((request, response) => { response.writeHead(200, { 'content-type': 'application/json' }); response.end(JSON.stringify({ object: 'list', data })); });
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
  try {
    const server = await tools.offered.serve({ env: { WEBPLUS_OLLAMA: 'off' } });
    await server.call('provider/add', { name: 'Shop', kind: 'openai_compatible', baseUrl: `http://127.0.0.1:${shop.address().port}/v1` });
    const page = await tools.offered.visit(server, { at: '/chat', reducedMotion: 'no-preference' });
    const debug = await page.context().newCDPSession(page);
    await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
    const metrics = async () => Object.fromEntries((await debug.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value * 1000]));
    const out = {};
    for (let time = 0; time < rounds; time += 1) {
      await page.evaluate(() => history.replaceState(null, '', '/chat'));
      await page.reload();
      await tools.offered.ready(page);
      for (const visit of ['first', 'again']) {
        await pause(800);
        const profile = process.env.PROFILE && time === rounds - 1;
        if (profile) { await debug.send('Profiler.enable'); await debug.send('Profiler.setSamplingInterval', { interval: 100 }); await debug.send('Profiler.start'); }
        const before = await metrics();
        const painted = await page.evaluate(openShelf, many);
        const after = await metrics();
        if (profile) { const { profile: p } = await debug.send('Profiler.stop'); writeFileSync(`/tmp/shelf-${visit}.cpuprofile`, JSON.stringify(p)); }
        const row = { painted };
        for (const key of ['TaskDuration', 'ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration']) row[key] = after[key] - before[key];
        for (const [key, value] of Object.entries(row)) ((out[visit] ??= {})[key] ??= []).push(value);
        await pause(200);
        await page.evaluate(() => document.querySelector('nav[aria-label="Places"] a[href="/chat"]').click());
        await page.waitForSelector('main table', { state: 'detached' });
      }
    }
    for (const visit in out) for (const key in out[visit]) console.log(visit, key, 'median', percentile(out[visit][key], 0.5).toFixed(1), 'min', Math.min(...out[visit][key]).toFixed(1), 'max', Math.max(...out[visit][key]).toFixed(1));
  } finally { await tools.close(); shop.closeAllConnections(); shop.close(); }
});
