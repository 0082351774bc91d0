/** What a step took and cost, in one line. */
import type { Run, StepRun } from '@/api/generated';
import { formatDuration, formatMoney, formatPlural, formatTokens } from '@/lib/format';

import { roundsOf, tookMs } from '../state/words';

/** `isLoop`: what it has inside are iterations, not items. */
export function stepFacts(step: StepRun, now: number, isLoop: boolean): string[] {
  if (step.status === 'reused') return ['taken over at no cost'];
  const took = tookMs(step, now);
  const rounds = roundsOf(step, isLoop);
  return [
    ...(step.tries > 1 ? [formatPlural(step.tries, 'try', 'tries')] : []),
    ...(rounds === null ? [] : [rounds]),
    ...(took === null ? [] : [formatDuration(took)]),
    ...(step.tokens > 0 ? [formatTokens(step.tokens)] : []),
    ...(step.costNanoUsd > 0 ? [formatMoney(step.costNanoUsd)] : []),
  ];
}

export function runFacts(run: Run, now: number): string[] {
  const took = tookMs(run, now);
  return [
    ...(took === null ? [] : [formatDuration(took)]),
    ...(run.tokens > 0 ? [formatTokens(run.tokens)] : []),
    // Nothing may mean that no price is known, so that nothing is said of it.
    ...(run.costNanoUsd > 0 ? [formatMoney(run.costNanoUsd)] : []),
  ];
}
