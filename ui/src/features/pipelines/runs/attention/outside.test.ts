import { expect, it } from 'vitest';

import type { AttemptOutcome, OutsideEffect } from '@/api/generated';

import { certaintyOf, inOrder, outsideWords } from './outside';

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

it('counts what happened apart from what may have', () => {
  expect(outsideWords([effect('succeeded')])).toBe('1 thing happened outside. Nothing undoes it.');
  expect(outsideWords([effect('failed'), effect('running')])).toBe(
    '2 things may have happened outside. Nothing undoes them.',
  );
  expect(outsideWords([effect('succeeded'), effect('failed'), effect('ambiguous')])).toBe(
    '1 thing happened outside, and 2 more may have. Nothing undoes them.',
  );
});
