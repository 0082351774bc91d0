import { expect, it } from 'vitest';

import {
  formatBytes,
  formatDuration,
  formatExact,
  formatMoney,
  formatPercent,
  formatPlural,
  formatRelative,
  formatSpeed,
  formatTokens,
  formatTokensShort,
} from './format';

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [98_362_432, '98.4 MB'],
  [999_950_000, '1.0 GB'],
  [12_400_000_000, '12.4 GB'],
  [253_000_000, '253 MB'],
])('writes %d bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, '0 ms'],
  [8, '8 ms'],
  [240, '0.24 s'],
  [999, '1.0 s'],
  [4100, '4.1 s'],
  [59_700, '1 min'],
  [200_000, '3 min 20 s'],
  [3_900_000, '1 h 5 min'],
  [183_600_000, '2 d 3 h'],
])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

it.each([
  [null, 'unknown'],
  [undefined, 'unknown'],
  [0, '$0.00'],
  [1, '<$0.0001'],
  [2_100_000, '$0.0021'],
  [12_000_000, '$0.012'],
  [120_000_000, '$0.12'],
  [999_000_000, '$1.00'],
  [1_234_560_000_000, '$1,234.56'],
  [-500_000_000, '−$0.50'],
])('writes %s billionths of a dollar as %s', (nano, text) => expect(formatMoney(nano)).toBe(text));

it('writes tokens exactly, and short where only the magnitude matters', () => {
  expect(formatTokens(1)).toBe('1 token');
  expect(formatTokens(12_345)).toBe('12,345 tokens');
  expect([412, 8_192, 128_000, 999_600, 1_048_576].map(formatTokensShort)).toEqual(['412', '8.2k', '128k', '1M', '1M']);
  expect([38.2, 4.23].map(formatSpeed)).toEqual(['38 tok/s', '4.2 tok/s']);
  expect(formatPlural(3, 'reply', 'replies')).toBe('3 replies');
});

it('never says 100 % before it is done', () => {
  expect(formatPercent(0.999)).toBe('99 %');
  expect(formatPercent(1)).toBe('100 %');
});

it('tells times relative to now', () => {
  const now = new Date(2026, 10, 23, 14, 5, 9).getTime();
  const minute = 60_000;
  const said = (at: number) => formatRelative(at, now);
  expect(said(now - 10_000)).toBe('just now');
  expect(said(now + 2_000)).toBe('just now');
  expect(said(now + 20_000)).toBe('in a moment');
  expect(said(now - 3 * minute)).toBe('3 min ago');
  expect(said(now + 3 * minute)).toBe('in 3 min');
  expect(said(now - 5 * 60 * minute)).toBe('5 h ago');
  expect(said(now - 20 * 60 * minute)).toBe('yesterday');
  expect(said(now - 11 * 24 * 60 * minute)).toBe('12 Nov');
  expect(said(new Date(2025, 10, 12).getTime())).toBe('12 Nov 2025');
  expect(formatExact(now)).toBe('Mon 23 Nov 2026, 14:05:09');
});
