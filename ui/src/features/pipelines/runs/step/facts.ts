/** What a step took and cost, in one line. */
import type { Run, StepRun } from '@/api/generated';
import { formatDuration, formatMoney, formatPlural, formatTokens } from '@/lib/format';

import { tookMs } from '../state/words';

export function stepFacts(step: StepRun, now: number): string[] {
  if (step.status === 'reused') return ['taken over at no cost'];
  const took = tookMs(step, now);
  return [
    ...(step.tries > 1 ? [formatPlural(step.tries, 'try', 'tries')] : []),
    ...(step.count !== undefined && step.opened !== undefined
      ? [`${step.opened} of ${formatPlural(step.count, 'item')}`]
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
    ...(run.tokens > 0 || run.costNanoUsd > 0 ? [formatMoney(run.costNanoUsd)] : []),
  ];
}
