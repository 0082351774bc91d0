// The canvas of pipelines, in a real Chromium on `webplus serve`: what a frame of a drag costs the page's scripts with 1,000 steps against
// 50, at the size at which they can be read and with all of them in sight; and how soon a pipeline of 1,000 steps is opened.
//
// A round is a drag in each pipeline, in turns, so that both meet the machine's same mood. Scripts are counted in the thread's own time:
// on a busy machine the wall's would count others' work as the page's.

import { browserTools } from '../e2e/lib/browser.mjs';
import { bench, program, report, rounds, skip } from './lib/bench.mjs';
import { openPipeline } from './lib/page.mjs';

const sizes = { few: { count: 50, columns: 10 }, many: { count: 1000, columns: 40 } };
/** Moves of the pointer in one drag; each is a frame's. */
const moves = 60;
const names = ['canvas.drag.script', 'canvas.drag.script.all_in_sight', 'canvas.open', 'canvas.open.script'];

await bench(names, async () => {
  program('webplus');
  const tools = browserTools();
  try {
    const server = await tools.offered.serve();
    for (const [id, size] of Object.entries(sizes)) await server.call('pipeline/save', { definition: drawn(id, size) });
    const page = await tools.offered
      .visit(server, { at: '/pipelines', viewport: { width: 1440, height: 900 } })
      .catch((error) => skip(error.message));
    const debug = await page.context().newCDPSession(page);
    await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
    await opening(page, debug);
    const near = await dragging(page, debug, false);
    const how = `CPU time of the page's scripts for each frame of a drag of one step, ${moves} frames, in Chromium without a GPU; 1,000 steps against 50, in turns`;
    report(names[0], { samples: near.many, baselines: near.few, unit: 'ms', how: `${how}; at half size, as they open` });
    const all = await dragging(page, debug, true);
    report(names[1], { samples: all.many, baselines: all.few, unit: 'ms', how: `${how}; with all steps in sight` });
  } finally {
    await tools.close();
  }
});

/** From the list to its steps, in milliseconds and in the page's own work. */
async function opening(page, debug) {
  const taken = { few: [], many: [] };
  const worked = { few: [], many: [] };
  for (let time = 0; time < rounds; time += 1) {
    for (const id of Object.keys(sizes)) {
      await page.locator(`a[href="/pipelines/${id}"]`).waitFor();
      await quiet(page);
      const before = await scripts(debug);
      taken[id].push(await page.evaluate(openPipeline, id));
      worked[id].push((await scripts(debug)) - before);
      await page.getByRole('link', { name: 'All pipelines' }).click();
    }
  }
  const how = 'from a click in the list until a frame was made of its steps; 1,000 steps against 50, in turns';
  report(names[2], { samples: taken.many, baselines: taken.few, unit: 'ms', how });
  report(names[3], { samples: worked.many, baselines: worked.few, unit: 'ms', how: `CPU time of the page's scripts ${how}` });
}

async function dragging(page, debug, all) {
  const taken = { few: [], many: [] };
  for (let time = 0; time < rounds; time += 1) {
    for (const id of Object.keys(sizes)) {
      await page.locator(`a[href="/pipelines/${id}"]`).click();
      const step = page.locator('.react-flow__node[data-id="s3"]');
      await step.waitFor();
      if (all) await page.getByRole('button', { name: 'Show all of it' }).click();
      await quiet(page);
      taken[id].push(await drag(page, debug, step));
      await page.getByRole('link', { name: 'All pipelines' }).click();
      await page.locator(`a[href="/pipelines/${id}"]`).waitFor();
    }
  }
  return taken;
}

/** Milliseconds of script for each frame while a step goes round in small circles. */
async function drag(page, debug, step) {
  const box = await step.boundingBox();
  const [x, y] = [box.x + box.width / 3, box.y + Math.min(20, box.height / 3)];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 12, y + 8, { steps: 4 });
  await quiet(page);
  const before = await scripts(debug);
  for (let move = 0; move < moves; move += 1) {
    const turn = (move / 30) * 2 * Math.PI;
    await page.mouse.move(x + 12 + 40 * Math.sin(turn), y + 8 + 40 * (1 - Math.cos(turn)));
  }
  const spent = (await scripts(debug)) - before;
  await page.mouse.move(x, y);
  await page.mouse.up();
  return spent / moves;
}

/** Milliseconds that the page's scripts have had of the processor. */
async function scripts(debug) {
  const { metrics } = await debug.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration').value * 1000;
}

function quiet(page) {
  return page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
}

/** So many steps in rows, each after the one before it, every fifth a condition; texts name what came before. */
function drawn(id, { count, columns }) {
  const nodes = Array.from({ length: count }, (_, index) => {
    const before = `s${index - 1}`;
    if (index % 5 === 4) return { id: `s${index}`, kind: 'condition', config: { if: `nodes.${before}.text != ''` } };
    const data = index % 5 === 0 ? {} : { in: { before: { node: before, port: 'text' } } };
    return { id: `s${index}`, kind: 'template', label: `Step ${index + 1}`, config: { template: 'Something short' }, ...data };
  });
  const edges = nodes.slice(1).map((node, index) => ({ from: nodes[index].kind === 'condition' ? `s${index}.true` : `s${index}`, to: node.id }));
  const places = nodes.map((node, index) => [node.id, { x: (index % columns) * 320, y: Math.floor(index / columns) * 160 }]);
  return { format: 'webplus.pipeline/1', id, name: `${count} steps`, nodes, edges, ui: { nodes: Object.fromEntries(places) } };
}
