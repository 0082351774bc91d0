import { expect, it } from 'vitest';

import type { Job, JobStatus } from '@/api/generated';

import { failedFirst, shareOf, underWay } from './words';

const job = (status: JobStatus, completed = 0, total = 0): Job => ({
  id: 'j',
  kind: 'selftest',
  title: 'Self-test',
  payload: {},
  state: { status, completed, total },
  createdAt: 0,
  updatedAt: 0,
});

it('knows how far a self-test is, and when nobody does', () => {
  expect(shareOf(job('running', 2, 8))).toBe(0.25);
  expect(shareOf(job('running'))).toBeNull();
  expect(shareOf(job('running', 9, 8))).toBe(1);
  expect(underWay(job('queued')) && underWay(job('waiting')) && !underWay(job('cancelled'))).toBe(true);
});

it('tells of broken promises first', () => {
  const check = (id: string, passed: boolean) => ({ id, passed, title: id, detail: '' });
  const list = [check('a', true), check('b', false), check('c', true)];
  expect(failedFirst(list).map(({ id }) => id)).toEqual(['b', 'a', 'c']);
});
