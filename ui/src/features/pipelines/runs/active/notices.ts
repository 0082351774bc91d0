/** What of runs in the background is worth saying: that one ended, or that one needs somebody. Pure. */
import type { Run } from '@/api/generated';
import type { AppEvent } from '@/api/transport';

import { isFinalRun } from '../state/words';

export type Notice =
  | { type: 'ended'; run: Run }
  /** It is paused, or asks: in a step's own words where it has some. */
  | { type: 'needs'; run: Run; asks?: { decision: boolean; question?: string } };

/**
 * Each question is said when it is asked: another branch of the run may still be under way, and a run may ask several things at once,
 * so that how the run stands doesn't tell.
 */
export const asked = ({ run, decision, question }: Extract<AppEvent, { type: 'run.asks' }>): Notice => ({
  type: 'needs',
  run,
  asks: { decision, ...(question === undefined ? {} : { question }) },
});

/** `before` is how it stood when last heard of. Runs that others began say nothing of their own end: whoever began them does. */
export function noticeOf(before: Pick<Run, 'status'> | undefined, run: Run): Notice | null {
  const own = run.origin.type !== 'step' && run.origin.type !== 'test';
  if (run.status === 'paused' && before !== undefined && before.status !== 'paused' && run.reason !== undefined) {
    return { type: 'needs', run };
  }
  const over = isFinalRun(run.status) && before !== undefined && !isFinalRun(before.status);
  // Who cancelled it knows.
  return own && over && run.status !== 'cancelled' ? { type: 'ended', run } : null;
}

/** Several at once are said together. */
export function together(notices: readonly Notice[]): {
  single: readonly Notice[];
  more: { failed: number; succeeded: number; needs: number } | null;
} {
  if (notices.length <= 2) return { single: notices, more: null };
  const count = (test: (notice: Notice) => boolean) => notices.filter(test).length;
  return {
    single: [],
    more: {
      failed: count(({ type, run }) => type === 'ended' && run.status === 'failed'),
      succeeded: count(({ type, run }) => type === 'ended' && run.status === 'succeeded'),
      needs: count(({ type }) => type === 'needs'),
    },
  };
}
