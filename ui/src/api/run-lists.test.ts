import { expect, it } from 'vitest';

import type { Page, Run } from './generated';
import { withRun } from './run-lists';

const run = (id: string, more: Partial<Run> = {}): Run => ({
  id,
  pipelineId: 'p',
  pipelineName: 'P',
  definitionHash: 'h',
  origin: { type: 'manual' },
  status: 'running',
  seq: 1,
  costNanoUsd: 0,
  tokens: 0,
  createdAt: 100,
  ...more,
});
const page = (...items: Run[]): Page<Run> => ({ items });

it('a run changes in its place, and an older one changes nothing', () => {
  const list = { pages: [page(run('b')), page(run('a'))] };
  expect(withRun(list, run('a', { seq: 2 }), {})).toEqual({ pages: [page(run('b')), page(run('a', { seq: 2 }))] });
  expect(withRun(list, run('a', { seq: 0 }), {})).toBe(list);
});

it('it leaves a list that it no longer belongs to', () => {
  expect(withRun(page(run('a')), run('a', { seq: 2, status: 'failed' }), { status: 'running' })).toEqual(page());
});

it('a list that a new run belongs to is asked again, and no other', () => {
  const list = page(run('a'));
  expect(withRun(list, run('b'), {})).toBe('stale');
  expect(withRun(list, run('b'), { pipelineId: 'other' })).toBe(list);
  expect(withRun(list, run('b'), { status: 'failed' })).toBe(list);
});

it('one that stands on a page that isn’t here yet changes nothing', () => {
  const list = { ...page(run('a')), next: 'c' };
  expect(withRun(list, run('old', { createdAt: 1 }), {})).toBe(list);
});
