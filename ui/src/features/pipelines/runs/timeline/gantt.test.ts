import { expect, it } from 'vitest';

import type { StepRun } from '@/api/generated';
import { layOut, ticksOf } from './gantt';

const step = (node: string, startedAt?: number, finishedAt?: number, scope = ''): StepRun => ({
  scope,
  node,
  status: finishedAt !== undefined ? 'succeeded' : startedAt !== undefined ? 'running' : 'pending',
  tries: 1,
  costNanoUsd: 0,
  tokens: 0,
  ...(startedAt === undefined ? {} : { startedAt }),
  ...(finishedAt === undefined ? {} : { finishedAt }),
});

it('bars stand where their steps were, in the order in which they began', () => {
  const { rows, spanMs } = layOut([step('b', 1500, 2000), step('a', 1000, 1500), step('c')], 1000, 9000);
  expect(spanMs).toBe(1000);
  expect(rows.map(({ node, from, to }) => [node, from, to])).toEqual([
    ['a', 0, 0.5],
    ['b', 0.5, 1],
    ['c', null, null],
  ]);
});

it('a bar that is still open grows until now', () => {
  const { rows } = layOut([step('a', 1000)], 1000, 3000);
  expect(rows[0]).toMatchObject({ to: 1, tookMs: 2000 });
});

it('the inside of a container follows it, by its items', () => {
  const { rows } = layOut(
    [step('in', 300, 400, 'each:1'), step('after', 500, 600), step('in', 100, 200, 'each:0'), step('each', 100, 500)],
    0,
    600,
  );
  expect(rows.map(({ key, depth }) => [key, depth])).toEqual([
    ['each', 0],
    ['each:0/in', 1],
    ['each:1/in', 1],
    ['after', 0],
  ]);
});

it('a run of no time isn’t divided by nothing', () => {
  const { rows } = layOut([step('a', 1000, 1000)], 1000, 1000);
  expect(rows[0]).toMatchObject({ from: 0, to: 0 });
});

it('marks are round and few, from milliseconds to days', () => {
  for (const span of [7, 480, 1_234, 61_000, 5_000_000, 400_000_000]) {
    expect(ticksOf(span).length).toBeLessThanOrEqual(6);
    expect(ticksOf(span).length).toBeGreaterThan(1);
  }
  expect(ticksOf(5_500)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
});
