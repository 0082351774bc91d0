import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { midnightOf, useMidnight } from './clock';

const hour = 60 * 60_000;
const at = (text: string) => Date.parse(text);

beforeEach(() => {
  vi.stubEnv('TZ', 'Europe/Berlin');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

it('begins a day at the person’s own midnight, not at that of Greenwich', () => {
  expect(midnightOf(at('2026-01-15T23:30:00Z'))).toBe(at('2026-01-15T23:00:00Z'));
  expect(midnightOf(at('2026-01-15T22:30:00Z'))).toBe(at('2026-01-14T23:00:00Z'));
});

it('knows that the days when clocks change have 23 and 25 hours', () => {
  const spring = midnightOf(at('2026-03-29T12:00:00Z'));
  const autumn = midnightOf(at('2026-10-25T12:00:00Z'));
  expect([spring, autumn]).toEqual([at('2026-03-28T23:00:00Z'), at('2026-10-24T22:00:00Z')]);
  expect(midnightOf(at('2026-03-30T12:00:00Z')) - spring).toBe(23 * hour);
  expect(midnightOf(at('2026-10-26T12:00:00Z')) - autumn).toBe(25 * hour);
});

it('moves on when it is another day, and not before', () => {
  vi.useFakeTimers({ now: at('2026-03-29T21:59:00Z') });
  const { result } = renderHook(useMidnight);
  expect(result.current).toBe(at('2026-03-28T23:00:00Z'));
  act(() => void vi.advanceTimersByTime(45_000));
  expect(result.current).toBe(at('2026-03-28T23:00:00Z'));
  act(() => void vi.advanceTimersByTime(30_000));
  expect(result.current).toBe(at('2026-03-29T22:00:00Z'));
});
