import { expect, it } from 'vitest';

import type { AttemptOutcome, OutsideEffect } from '@/api/generated';

import { certaintyOf, inOrder } from './outside';

const effect = (outcome: AttemptOutcome): OutsideEffect => ({
  runId: 'r',
  scope: '',
  node: outcome,
  attempt: 1,
  outcome,
  startedAt: 0,
});

it('claims to know no more than is known', () => {
  expect(certaintyOf(effect('succeeded'))).toBe('happened');
  expect(certaintyOf(effect('discarded_after_cancel'))).toBe('happened');
  expect(certaintyOf(effect('failed'))).toBe('partly');
  for (const outcome of ['timed_out', 'cancelled', 'interrupted', 'ambiguous', 'running'] as const) {
    expect(certaintyOf(effect(outcome))).toBe('unknown');
  }
});

it('begins with what must be looked at', () => {
  const list = [effect('succeeded'), effect('failed'), effect('interrupted')];
  expect(inOrder(list).map(({ node }) => node)).toEqual(['interrupted', 'failed', 'succeeded']);
});
