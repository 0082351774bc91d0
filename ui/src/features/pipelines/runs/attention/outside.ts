/** What may have happened outside of Web+, in words. Pure. */
import type { OutsideEffect } from '@/api/generated';

export type Certainty = 'happened' | 'partly' | 'unknown';

export function certaintyOf({ outcome }: OutsideEffect): Certainty {
  if (outcome === 'succeeded' || outcome === 'discarded_after_cancel') return 'happened';
  return outcome === 'failed' ? 'partly' : 'unknown';
}

export const certaintyWords: Record<Certainty, string> = {
  happened: 'It happened',
  partly: 'It failed, and may have happened in part',
  unknown: 'Nobody knows whether it happened',
};

/** The worst first: what is unknown must be looked at, what happened need only be known. */
export function inOrder(effects: readonly OutsideEffect[]): OutsideEffect[] {
  const rank: Record<Certainty, number> = { unknown: 0, partly: 1, happened: 2 };
  return [...effects].sort((one, other) => rank[certaintyOf(one)] - rank[certaintyOf(other)]);
}
