import { expect, it } from 'vitest';

import { sparkline } from './speed';

it('draws a line from the first to the last', () => {
  expect(sparkline([1, 2, 4], 100, 20)).toBe('M0.0 15.0 L50.0 10.0 L100.0 0.0');
  expect(sparkline([3], 100, 20)).toBe('M50.0 0.0');
});
