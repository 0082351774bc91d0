/** How long runs are kept and what they take, in words; and what is typed about it, read. No requests, no React. */
import type { Retention, RunsKept } from '@/api/generated';
import { formatBytes, formatCount, formatPlural } from '@/lib/format';

/** The longest that anything is kept, in days. */
const longest = 36_500;
/** As many as the application counts with. */
const most = 4_294_967_295;

/** "Keeps the newest 1,000 for 90 days at most; failed ones for 180 days." */
export function ruleWords({ runs, days, failedDays }: Retention): string {
  const newest = runs === 1 ? 'the newest one' : `the newest ${formatCount(runs)}`;
  return `Keeps ${newest} for ${formatPlural(days, 'day')} at most; failed ones for ${formatPlural(failedDays, 'day')}.`;
}

/** "412 runs, 12 of them failed". */
export function countWords({ runs, failed }: Pick<RunsKept, 'runs' | 'failed'>): string {
  if (runs === 0) return 'No run that is over';
  return failed === 0 ? formatPlural(runs, 'run') : `${formatPlural(runs, 'run')}, ${formatCount(failed)} failed`;
}

/** "Remove 14 runs, free 3.2 MB". */
export function removeWords({ expired, frees }: Pick<RunsKept, 'expired' | 'frees'>): string {
  return `Remove ${formatPlural(expired, 'run')}${frees > 0 ? `, free ${formatBytes(frees)}` : ''}`;
}

export type Sum = Pick<RunsKept, 'runs' | 'failed' | 'bytes' | 'expired' | 'frees'>;

export function sumOf(all: readonly RunsKept[]): Sum {
  const sum = (of: (one: RunsKept) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    runs: sum(({ runs }) => runs),
    failed: sum(({ failed }) => failed),
    bytes: sum(({ bytes }) => bytes),
    expired: sum(({ expired }) => expired),
    frees: sum(({ frees }) => frees),
  };
}

export type TypedRule = Record<keyof Retention, string>;

export const typedOf = ({ runs, days, failedDays }: Retention): TypedRule => ({
  runs: String(runs),
  days: String(days),
  failedDays: String(failedDays),
});

/** The sentence that says what is wrong with a number; null where nothing is. */
export function problemOf(field: keyof Retention, typed: string): string | null {
  const limit = field === 'runs' ? most : longest;
  return /^\d{1,10}$/.test(typed.trim()) && Number(typed) >= 1 && Number(typed) <= limit
    ? null
    : `A whole number from 1 to ${formatCount(limit)}.`;
}

/** What was typed as a rule; null where it is none yet. */
export function ruleOf(typed: TypedRule): Retention | null {
  const fields = ['runs', 'days', 'failedDays'] as const;
  if (fields.some((field) => problemOf(field, typed[field]) !== null)) return null;
  return { runs: Number(typed.runs), days: Number(typed.days), failedDays: Number(typed.failedDays) };
}

export const sameRule = (one: Retention, other: Retention): boolean =>
  one.runs === other.runs && one.days === other.days && one.failedDays === other.failedDays;
