import { describe, expect, it } from 'vitest';

import { clockOf, readClock, readCron, writeCron } from './cron';

describe('schedules', () => {
  it.each(['*/15 * * * *', '30 * * * *', '5 7 * * *', '0 7 * * 1-5', '0 7 * * 0,6', '0 9 1 * *', '0 7 * * 1-3,5'])(
    'reads and writes %s the same',
    (text) => {
      const times = readCron(text);
      expect(times.often).not.toBe('own');
      expect(writeCron(times)).toBe(text);
    },
  );

  it.each(['0 7 * 1 *', '0 7 1 * 1', '0,30 * * * *', '@daily', '', '*/90 * * * *', '0 25 * * *', '0 7 * * FRI'])(
    'leaves %s as the text that it is',
    (text) => {
      expect(readCron(text).often).toBe('own');
      expect(writeCron(readCron(text))).toBeNull();
    },
  );

  it('knows Sunday by both its numbers', () => {
    expect(readCron('0 7 * * 7').days).toEqual([0]);
    expect(writeCron(readCron('0 7 * * 6-7'))).toBe('0 7 * * 0,6');
  });

  it('reads a time of day and refuses what is none', () => {
    expect(readClock('07:05')).toEqual({ hour: 7, minute: 5 });
    expect(readClock('24:00')).toBeNull();
    expect(readClock('')).toBeNull();
    expect(clockOf(readCron('5 7 * * *'))).toBe('07:05');
  });

  it('takes no day for every day, so that a schedule never becomes one that is refused', () => {
    expect(writeCron({ ...readCron('0 7 * * 1'), days: [] })).toBe('0 7 * * *');
  });
});
