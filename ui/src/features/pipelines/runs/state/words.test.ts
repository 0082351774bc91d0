import { expect, it } from 'vitest';

import { roundsOf } from './words';

it('a loop that ended before its limit reads as an end, not as unfinished', () => {
  expect(roundsOf({ opened: 3, count: 4, status: 'succeeded' }, true)).toBe('3 iterations, limit 4');
  expect(roundsOf({ opened: 1, count: 4, status: 'running' }, true)).toBe('1 iteration, limit 4');
  expect(roundsOf({ opened: 2, status: 'running' }, true)).toBe('2 iterations');
  expect(roundsOf({ count: 4, status: 'running' }, true)).toBeNull();
});

it('a map says how many of its items have begun, and only their number when it is over', () => {
  expect(roundsOf({ opened: 3, count: 5, status: 'running' }, false)).toBe('3 of 5 items');
  expect(roundsOf({ opened: 5, count: 5, status: 'running' }, false)).toBe('5 of 5 items');
  expect(roundsOf({ opened: 5, count: 5, status: 'succeeded' }, false)).toBe('5 items');
  expect(roundsOf({ opened: 2, count: 5, status: 'failed' }, false)).toBe('2 of 5 items');
  expect(roundsOf({ count: 1, status: 'running' }, false)).toBe('0 of 1 item');
  expect(roundsOf({ status: 'running' }, false)).toBeNull();
});
