import { expect, it } from 'vitest';

import { headingOf } from './groups';

it('groups by calendar days, not by hours', () => {
  const now = new Date(2026, 10, 23, 0, 30).getTime();
  const at = (days: number, hour: number) => new Date(2026, 10, 23 - days, hour).getTime();
  expect([at(0, 0), at(1, 23), at(2, 12), at(7, 1), at(8, 23)].map((time) => headingOf(time, now))).toEqual([
    'Today',
    'Yesterday',
    'Previous 7 days',
    'Previous 7 days',
    'Older',
  ]);
});
