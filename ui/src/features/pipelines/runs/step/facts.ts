/** What a step took and cost, in one line. */
import type { Run, StepRun } from '@/api/generated';
import { formatCount, formatDuration, formatMoney, formatPlural, formatTokens } from '@/lib/format';

import { tookMs } from '../state/words';

export function stepFacts(step: StepRun, now: number): string[] {
  if (step.status === 'reused') return ['taken over at no cost'];
  const took = tookMs(step, now);
  return [
    ...(step.tries > 1 ? [formatPlural(step.tries, 'try', 'tries')] : []),
    ...(step.count !== undefined && step.opened !== undefined
      ? [`${formatCount(step.opened)} of ${formatCount(step.count)}`]
      : []),
    ...(step.count === undefined && step.opened !== undefined ? [formatPlural(step.opened, 'iteration')] : []),
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
