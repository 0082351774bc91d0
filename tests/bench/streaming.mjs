// An answer of 200 tokens a second for a minute into a conversation of 10,000 messages, in a real Chromium on `webplus serve`: frames,
// the main thread, the heap, typing meanwhile; and how soon that conversation opens. The conversation is made by the example
// `long_conversation`, the answer comes from a provider in this process. WEBPLUS_BENCH_SECONDS shortens a trial.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { browserTools } from '../e2e/lib/browser.mjs';
import { bench, cpu, percentile, program, report, repository, rounds, said, skip, skipped } from './lib/bench.mjs';
import { drip } from './lib/drip.mjs';
import { longest, openConversation, watch } from './lib/page.mjs';

const seconds = Number(process.env.WEBPLUS_BENCH_SECONDS ?? 60);
const perSecond = 200;
/** A key is pressed every so many milliseconds, in the middle half of the stream. */
const keyEvery = 200;

const names = [
  'open.long_conversation', 'open.long_conversation.first_visit', 'streaming.frames_over_50ms', 'streaming.frames_over_18.7ms', 'streaming.frames_dropped',
  'streaming.long_tasks', 'streaming.main_thread', 'streaming.script', 'streaming.heap_growth', 'streaming.heap_kept', 'streaming.keystroke_to_paint', 'streaming.first_words',
  'streaming.lost_tokens', 'streaming.server_cpu',
];

await bench(names, async ({ folder }) => {
  program('webplus');
  const source = await readFile(path.join(repository, 'src-tauri/crates/markup/tests/fixtures/answer.md'), 'utf8');
  const provider = await drip({ perSecond, seconds, source: `${source}\n\n` });
  const tools = browserTools();
  try {
    const data = path.join(folder, 'data');
    const { value: made } = said('long_conversation', [data, 'drip/drip']);
    const server = await tools.offered.serve({ data });
    await server.call('provider/add', { name: 'Drip', kind: 'openai_compatible', baseUrl: provider.url });
    const page = await tools.offered.visit(server, { at: '/chat', reducedMotion: 'no-preference' }).catch((error) => skip(error.message));
    const debug = await page.context().newCDPSession(page);
    // The thread's own time: on a busy machine the wall's would count others' work as the page's.
    await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
    await opening(tools, page, made);
    await streaming({ server, page, debug, made, provider });
  } finally {
    await tools.close();
    provider.close();
  }
});

/** In turns, and after a fresh load of the page each time, because what was opened once stays open. */
async function opening(tools, page, made) {
  const taken = { long: [], short: [], visit: [] };
  for (let time = 0; time < rounds; time += 1) {
    for (const [kind, { id, last }] of Object.entries(made)) {
      await page.evaluate(() => history.replaceState(null, '', '/chat'));
      await page.reload();
      await tools.offered.ready(page);
      const title = kind === 'long' ? 'A long conversation' : 'A short conversation';
      await page.waitForSelector(`button[data-row][title^="${title}"]`);
      await pause(300);
      taken[kind].push(await page.evaluate(openConversation, { title, last }));
      if (kind === 'long') {
        await page.evaluate((at) => history.replaceState(null, '', at), `/chat/${id}`);
        await page.reload();
        await page.waitForSelector(`[data-message="${last}"]`);
        taken.visit.push(await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))));
      }
    }
  }
  report(names[0], { samples: taken.long, baselines: taken.short, unit: 'ms', how: 'from a click in the list until the frame after its newest message stands in the window; 10,000 messages against 10, in turns' });
  report(names[1], { samples: taken.visit, unit: 'ms', how: 'the page loaded at its address: from the start of the navigation until two frames after its newest message is there' });
}

async function streaming({ server, page, debug, made, provider }) {
  await page.evaluate((at) => history.replaceState(null, '', at), `/chat/${made.long.id}`);
  await page.reload();
  await page.waitForSelector(`[data-message="${made.long.last}"]`);
  await pause(2000);
  const quiet = await idle(page, debug);
  const heapBefore = await heap(debug);
  const spentBefore = process.platform === 'linux' ? await cpu(server.process.pid) : undefined;

  // A watched minute: frames, long tasks, typing.
  await page.evaluate(watch);
  const keys = typing(page);
  const minute = await ask({ server, page, made });
  const seen = await page.evaluate(() => window.stopWatching());
  const pressed = await keys;
  const spent = spentBefore === undefined ? undefined : (await cpu(server.process.pid)) - spentBefore;
  const lost = provider.text() === minute.text ? 0 : Math.max(1, Math.round((provider.text().length - minute.text.length) / 4));
  await pause(2000);
  const heapAfter = await heap(debug);

  // A quarter that nobody watches, because asking for every frame makes frames.
  provider.seconds = seconds / 4;
  const before = await metrics(debug);
  const quarter = await ask({ server, page, made });
  const after = await metrics(debug);

  // What a page shows is in its heap. What this one holds beyond that shows against one that was just loaded and shows the same.
  await pause(2000);
  const heapHeld = await heap(debug);
  await page.reload();
  await page.waitForSelector(`[data-message="${quarter.id}"]`);
  await pause(2000);
  const heapAnew = await heap(debug);

  const how = `${perSecond} tokens of 4 bytes a second for ${seconds} s into 10,000 messages, Chromium without a GPU, a key every ${keyEvery} ms for half of it`;
  const over = (frames, limit) => frames.filter((frame) => frame > limit).length;
  const share = (count, frames) => (count / Math.max(1, frames.length)) * 100;
  const dropped = (frames) => frames.reduce((sum, frame) => sum + Math.max(0, Math.round(frame / (1000 / 60)) - 1), 0);
  const { frames } = seen;
  const still = quiet.frames;
  const frameHow = `${how}; time between animation frames; against the same page with nothing streaming`;
  report(names[2], { value: over(frames, 50), unit: 'frames', baseline: over(still, 50), how: frameHow, frames: frames.length, idleFrames: still.length, longest: longest(frames) });
  report(names[3], { value: share(over(frames, 18.7), frames), unit: '%', baseline: share(over(still, 18.7), still), how: `${frameHow}; over 18.7 ms, the timers' grain allowed for` });
  report(names[4], { value: dropped(frames), unit: 'frames', baseline: dropped(still), how: `${frameHow}; frames of 60 a second that were not made` });
  report(names[5], { value: seen.long.length, unit: 'tasks', baseline: quiet.long.length, how: `${how}; tasks over 50 ms; \`after\` is when each began, in ms from Enter`, longest: seen.long.toSorted((one, other) => other.ms - one.ms).slice(0, 5) });
  const used = (name, from, to, took) => ((to[name] - from[name]) / took) * 100;
  const shares = (name) => used(name, before, after, quarter.took);
  const unwatched = `${perSecond} tokens a second for ${seconds / 4} s into the same conversation, nobody typing and no frame asked for`;
  report(names[6], { value: shares('TaskDuration'), unit: '%', baseline: used('TaskDuration', quiet.before, quiet.after, quiet.took), how: `${unwatched}; CPU time of the main thread's tasks as a share of the time, as the browser counts it; against nothing streaming`, layout: shares('LayoutDuration'), style: shares('RecalcStyleDuration') });
  report(names[7], { value: shares('ScriptDuration'), unit: '%', baseline: used('ScriptDuration', quiet.before, quiet.after, quiet.took), how: `${unwatched}; the part of it that runs scripts; against nothing streaming` });
  report(names[8], { value: heapAfter.JSHeapUsedSize - heapBefore.JSHeapUsedSize, unit: 'MB', baseline: heapBefore.JSHeapUsedSize, how: `${how}; JavaScript's heap after collecting garbage, from before the question to after the answer, against its size before`, nodes: heapAfter.Nodes - heapBefore.Nodes });
  report(names[9], { value: heapHeld.JSHeapUsedSize - heapAnew.JSHeapUsedSize, unit: 'MB', baseline: heapAnew.JSHeapUsedSize, how: `JavaScript's heap after both answers and collecting garbage, less that of the same page loaded anew (the baseline)`, nodes: heapHeld.Nodes - heapAnew.Nodes });
  // An event that took under 16 ms is not told.
  const latencies = [...seen.events, ...Array(Math.max(0, pressed - seen.events.length)).fill(16)];
  if (pressed > 0) report(names[10], { value: percentile(latencies, 0.99), unit: 'ms', how: `${how}; 99th percentile of Event Timing's duration of keydown, 16 where it was less`, median: percentile(latencies, 0.5), keys: pressed, longest: longest(seen.events) });
  else skipped(names[10], 'no key was pressed');
  if (seen.firstWords === null) skipped(names[11], 'the page showed no word of the answer before it ended');
  else report(names[11], { value: seen.firstWords, unit: 'ms', how: 'from Enter in the conversation of 10,000 messages until the frame that shows the first words' });
  report(names[12], { value: lost, unit: 'tokens', how: `${perSecond * seconds} tokens sent by the provider against the stored answer` });
  if (spent === undefined) skipped(names[13], 'CPU time by process is read from /proc, which is Linux only');
  else report(names[13], { value: spent / minute.took / 10, unit: '%', how: `${how}; CPU time of \`webplus serve\` as a share of one core` });
}

/** Sends a question and waits until the answer has ended and the page shows that. */
async function ask({ server, page, made }) {
  await page.fill('[data-composer]', 'How do I sort in Rust?');
  const began = performance.now();
  await page.press('[data-composer]', 'Enter');
  await page.waitForSelector('article[aria-busy="true"]');
  await page.waitForSelector('article[aria-busy="true"]', { state: 'detached', timeout: (seconds + 60) * 1000 });
  const took = (performance.now() - began) / 1000;
  const { items } = await server.call('message/list', { conversationId: made.long.id, limit: 1 });
  const answer = items.at(-1);
  if (answer.status !== 'succeeded') throw new Error(`the answer ended as ${answer.status}: ${answer.errorMessage}`);
  return { took, id: answer.id, text: answer.text };
}

/** The page as it is when nothing streams: its frames when it is watched, what it uses when it isn't. */
async function idle(page, debug) {
  const length = Math.min(10, seconds) * 1000;
  const before = await metrics(debug);
  await pause(length);
  const after = await metrics(debug);
  await page.evaluate(watch);
  await pause(length);
  return { ...(await page.evaluate(() => window.stopWatching())), before, after, took: length / 1000 };
}

/** What the browser counts, durations in seconds, the heap in MB. */
async function metrics(debug) {
  const { metrics: list } = await debug.send('Performance.getMetrics');
  const all = Object.fromEntries(list.map(({ name, value }) => [name, value]));
  return { ...all, JSHeapUsedSize: all.JSHeapUsedSize / 1e6 };
}

/** The same with no garbage in the heap. */
async function heap(debug) {
  for (let time = 0; time < 2; time += 1) await debug.send('HeapProfiler.collectGarbage');
  return metrics(debug);
}

/** Types into the composer in the middle half of the stream; how many keys. */
async function typing(page) {
  await pause(seconds * 250 + 500);
  const end = performance.now() + seconds * 500;
  let count = 0;
  for (; performance.now() < end; count += 1) {
    await page.keyboard.press('abcdefghij '[count % 11]);
    await pause(keyEvery);
  }
  return count;
}
