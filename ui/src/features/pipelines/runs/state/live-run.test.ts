import { expect, it, vi } from 'vitest';

import type { Run, RunView, StepRun } from '@/api/generated';
import { LiveRun } from './live-run';
import { insideScope, keyOf, nameOf, partsOf, topOf } from './keys';
import { foldDelta, mostKept, withSnapshot } from './streamed';

const run = (more: Partial<Run> = {}): Run => ({
  id: 'r1',
  pipelineId: 'p',
  pipelineName: 'P',
  definitionHash: 'h',
  origin: { type: 'manual' },
  status: 'running',
  seq: 1,
  costNanoUsd: 0,
  tokens: 0,
  createdAt: 0,
  ...more,
});
const step = (node: string, more: Partial<StepRun> = {}): StepRun => ({
  scope: '',
  node,
  status: 'running',
  tries: 1,
  costNanoUsd: 0,
  tokens: 0,
  ...more,
});
const view = (more: Partial<RunView> = {}): RunView => ({
  run: run(),
  definition: {},
  steps: [],
  inputs: {},
  waiting: [],
  ...more,
});

function live(answer: () => Promise<RunView>) {
  const waiting: (() => void)[] = [];
  const made = new LiveRun({
    fetch: answer,
    fetchScope: () => Promise.resolve([]),
    pace: (tell) => void waiting.push(tell),
  });
  return { made, pass: () => waiting.splice(0).forEach((tell) => tell()) };
}

it('what an event said while the view was on its way is newer than the view', async () => {
  let answer: (view: RunView) => void = () => undefined;
  const { made } = live(() => new Promise((resolve) => (answer = resolve)));
  const loading = made.load();
  made.takeStep(step('a', { status: 'succeeded' }));
  made.takeRun(run({ seq: 9, costNanoUsd: 5 }));
  answer(view({ steps: [step('a', { status: 'running' }), step('b', { status: 'ready' })] }));
  await loading;
  expect(made.step('a')?.status).toBe('succeeded');
  expect(made.step('b')?.status).toBe('ready');
  expect(made.run.get()?.costNanoUsd).toBe(5);
});

it('what is asked for while the inside of an item is awaited is asked for afterwards', async () => {
  const fetch = vi.fn(() => Promise.resolve(view()));
  let answer: (steps: StepRun[]) => void = () => undefined;
  const made = new LiveRun({ fetch, fetchScope: () => new Promise((resolve) => (answer = resolve)) });
  const opening = made.open('each:0');
  await made.load();
  expect(fetch).not.toHaveBeenCalled();
  answer([]);
  await opening;
  expect(fetch).toHaveBeenCalledOnce();
});

it('a change of one step tells those who show that step and nobody else', () => {
  const { made } = live(() => Promise.resolve(view()));
  const [one, other] = [vi.fn(), vi.fn()];
  made.followStep('a', one);
  made.followStep('b', other);
  made.takeStep(step('a'));
  expect(one).toHaveBeenCalledOnce();
  expect(other).not.toHaveBeenCalled();
});

it('a text that streams is painted at a pace, and its step isn’t painted with it', () => {
  const { made, pass } = live(() => Promise.resolve(view()));
  const [text, moved] = [vi.fn(), vi.fn()];
  made.followText('each:1/say', text);
  made.followStep('each:1/say', moved);
  made.takeDelta('each:1', 'say', { attempt: 1, text: 'Hel' });
  made.takeDelta('each:1', 'say', { attempt: 1, text: 'lo' });
  expect(text).not.toHaveBeenCalled();
  pass();
  expect(text).toHaveBeenCalledOnce();
  expect(made.text('each:1/say')?.text).toBe('Hello');
  expect(moved).not.toHaveBeenCalled();
});

it('all of it is asked for again when somebody is waited for', async () => {
  const fetch = vi.fn(() => Promise.resolve(view({ waiting: [{ scope: '', node: 'gate', kind: 'human' }] })));
  const { made, pass } = live(fetch);
  await made.load();
  made.takeStep(step('gate', { status: 'waiting' }));
  made.takeRun(run({ seq: 2, status: 'waiting', waitReason: 'human' }));
  pass();
  expect(fetch).toHaveBeenCalledTimes(2);
});

it('an older run doesn’t replace a newer one', () => {
  const { made } = live(() => Promise.resolve(view()));
  made.takeRun(run({ seq: 5, status: 'succeeded' }));
  made.takeRun(run({ seq: 4, status: 'running' }));
  expect(made.run.get()?.status).toBe('succeeded');
});

it('keys and scopes go there and back', () => {
  expect(keyOf({ scope: 'each:3/fix:0', node: 'test' })).toBe('each:3/fix:0/test');
  expect(nameOf('each:3/fix:0/test')).toEqual({ scope: 'each:3/fix:0', node: 'test' });
  expect(insideScope({ scope: 'each:3', node: 'fix' }, 0)).toBe('each:3/fix:0');
  expect(partsOf('each:3/fix:0')).toEqual([
    { name: { scope: '', node: 'each' }, index: 3 },
    { name: { scope: 'each:3', node: 'fix' }, index: 0 },
  ]);
  expect(topOf({ scope: 'each:3/fix:0', node: 'test' })).toBe('each');
});

it('a new attempt begins its text anew, and what comes late of the one before is left out', () => {
  const first = foldDelta(undefined, { attempt: 1, text: 'no' });
  const second = foldDelta(first, { attempt: 2, text: 'yes', log: ['l'] });
  expect(second).toMatchObject({ attempt: 2, text: 'yes', log: 'l\n' });
  expect(foldDelta(second, { attempt: 1, text: '!' })).toBe(second);
});

it('a text without end keeps its end', () => {
  const long = foldDelta(undefined, { attempt: 1, text: 'x'.repeat(mostKept) });
  const longer = foldDelta(long, { attempt: 1, text: 'end' });
  expect(longer.text).toHaveLength(mostKept);
  expect(longer.text.endsWith('end')).toBe(true);
  expect(longer.cut).toBe(3);
});

it('a snapshot fills in what was said before somebody looked, and never takes back', () => {
  expect(withSnapshot(undefined, 1, 'before').text).toBe('before');
  const now = foldDelta(undefined, { attempt: 1, text: 'before and after' });
  expect(withSnapshot(now, 1, 'before')).toBe(now);
  const late = foldDelta(undefined, { attempt: 1, text: 'word3 word4 word5' });
  expect(withSnapshot(late, 1, 'word1 word2 word3 wo').text).toBe('word1 word2 word3 word4 word5');
  expect(withSnapshot(late, 1, 'word1').text).toBe('word1\n…\nword3 word4 word5');
});
