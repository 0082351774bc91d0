import { expect, it } from 'vitest';

import { countWords, problemOf, removeWords, ruleOf, ruleWords } from './words';

it('says how long runs are kept, and what is there', () => {
  expect(ruleWords({ runs: 1000, days: 90, failedDays: 180 })).toBe(
    'Keeps the newest 1,000 for 90 days at most; failed ones for 180 days.',
  );
  expect(ruleWords({ runs: 1, days: 1, failedDays: 2 })).toBe(
    'Keeps the newest one for 1 day at most; failed ones for 2 days.',
  );
  expect([countWords({ runs: 0, failed: 0 }), countWords({ runs: 412, failed: 12 })]).toEqual([
    'No run that is over',
    '412 runs, 12 failed',
  ]);
  expect(removeWords({ expired: 1, frees: 0 })).toBe('Remove 1 run');
  expect(removeWords({ expired: 14, frees: 3_200_000 })).toBe('Remove 14 runs, free 3.2 MB');
});

it('takes whole numbers from one on', () => {
  expect(ruleOf({ runs: '10', days: ' 30 ', failedDays: '60' })).toEqual({ runs: 10, days: 30, failedDays: 60 });
  for (const wrong of ['', '0', '-1', '1.5', 'ten', '99999999999'])
    expect(problemOf('runs', wrong)).toBe('A whole number from 1 to 4,294,967,295.');
  expect(problemOf('days', '36501')).not.toBeNull();
  expect(ruleOf({ runs: '10', days: '', failedDays: '60' })).toBeNull();
});
