/** What of a run opens by itself: its questions, and the step that it failed at. */
import type { RunStatus, StepRun, WaitingStep } from '@/api/generated';

import { keyOf } from './keys';

/** The steps that were offered. */
export type Asked = Set<string>;

/** The steps that need somebody now, the one to begin with first. */
export function needy(waiting: readonly WaitingStep[], status: RunStatus, steps: readonly StepRun[]): string[] {
  const questions = waiting.filter(({ kind }) => kind === 'human' || kind === 'decision').map(keyOf);
  const deepest = status === 'failed' ? failedStep(steps) : undefined;
  return deepest ? [...questions, keyOf(deepest)] : questions;
}

/** Of a failure inside a loop the innermost step, which says what happened. */
export function failedStep(steps: readonly StepRun[]): StepRun | undefined {
  return steps
    .filter(({ status }) => status === 'failed')
    .sort((one, other) => other.scope.length - one.scope.length)[0];
}

/**
 * The step to show now, or null. Each is offered once: not again when somebody has closed it, and not over a step that somebody
 * looks at, unless that is a question that was answered. The banner above the run still leads to it.
 */
export function toOffer(asked: Asked, open: readonly string[], shown: string | null): string | null {
  const fresh = open.filter((key) => !asked.has(key));
  const answered = shown !== null && asked.has(shown) && !open.includes(shown);
  for (const key of fresh) asked.add(key);
  return shown === null || answered ? (fresh[0] ?? null) : null;
}
