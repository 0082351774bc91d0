/** What may have happened outside of Web+, in words. Pure. */
import type { OutsideEffect } from '@/api/generated';
import { formatCount, formatPlural } from '@/lib/format';

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

/** "2 things happened outside, and 3 more may have. Nothing undoes them." */
export function outsideWords(effects: readonly OutsideEffect[]): string {
  const happened = effects.filter((effect) => certaintyOf(effect) === 'happened').length;
  const doubtful = effects.length - happened;
  const undone = `Nothing undoes ${effects.length === 1 ? 'it' : 'them'}.`;
  if (happened === 0) return `${formatPlural(doubtful, 'thing')} may have happened outside. ${undone}`;
  const more = doubtful === 0 ? '' : `, and ${formatCount(doubtful)} more may have`;
  return `${formatPlural(happened, 'thing')} happened outside${more}. ${undone}`;
}
