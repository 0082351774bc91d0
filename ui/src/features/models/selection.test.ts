import { expect, it } from 'vitest';

import { allOrNone, extended, none, pruned, toggled } from './selection';

const shown = ['a', 'b', 'c', 'd'];
const sorted = (selection: ReadonlySet<string>) => [...selection].sort().join('');

it('ticks and unticks one', () => {
  expect(sorted(toggled(none, 'a'))).toBe('a');
  expect(sorted(toggled(new Set(['a', 'b']), 'a'))).toBe('b');
});

it('extends from the last one, in either direction', () => {
  expect(sorted(extended(new Set(['b']), shown, 'b', 'd'))).toBe('bcd');
  expect(sorted(extended(new Set(['d']), shown, 'd', 'b'))).toBe('bcd');
  // One that is gone is no beginning.
  expect(sorted(extended(none, shown, 'gone', 'b'))).toBe('b');
});

it('ticks all, then none, and forgets what isn’t shown', () => {
  expect(sorted(allOrNone(new Set(['a']), shown))).toBe('abcd');
  expect(sorted(allOrNone(new Set(shown), shown))).toBe('');
  expect(sorted(pruned(new Set(['a', 'gone']), shown))).toBe('a');
  const same = new Set(['a']);
  expect(pruned(same, shown)).toBe(same);
});
