/** States of runs and steps as people say them, and what tone each has. */
import type { AttemptOutcome, Run, RunOrigin, RunStatus, StepRun, StepStatus } from '@/api/generated';
import type { Tone } from '@/components/status-dot';
import { formatCount, formatPlural } from '@/lib/format';

interface Look {
  words: string;
  tone: Tone;
}

const runLooks: Record<RunStatus, Look> = {
  queued: { words: 'Queued', tone: 'neutral' },
  running: { words: 'Running', tone: 'info' },
  waiting: { words: 'Waiting', tone: 'warning' },
  paused: { words: 'Paused', tone: 'warning' },
  succeeded: { words: 'Succeeded', tone: 'success' },
  failed: { words: 'Failed', tone: 'danger' },
  cancelled: { words: 'Cancelled', tone: 'neutral' },
};

const waits: Record<NonNullable<Run['waitReason']>, Look> = {
  timer: { words: 'Waiting for its time', tone: 'neutral' },
  human: { words: 'Waiting for you', tone: 'warning' },
  decision: { words: 'Needs a decision', tone: 'danger' },
  run: { words: 'Waiting for another run', tone: 'neutral' },
};

export function runLook({ status, waitReason }: Pick<Run, 'status' | 'waitReason'>): Look {
  return status === 'waiting' && waitReason !== undefined ? waits[waitReason] : runLooks[status];
}

export const outcomeLooks: Record<AttemptOutcome, Look> = {
  running: { words: 'Under way', tone: 'info' },
  succeeded: { words: 'Succeeded', tone: 'success' },
  failed: { words: 'Failed', tone: 'danger' },
  timed_out: { words: 'Took too long', tone: 'danger' },
  cancelled: { words: 'Cancelled', tone: 'neutral' },
  interrupted: { words: 'Interrupted', tone: 'warning' },
  ambiguous: { words: 'May have happened', tone: 'danger' },
  discarded_after_cancel: { words: 'Came after the cancel, not used', tone: 'neutral' },
};

export const isFinalRun = (status: RunStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled';

const finalSteps: readonly StepStatus[] = ['succeeded', 'failed', 'skipped', 'cancelled', 'reused'];
export const isFinalStep = (status: StepStatus): boolean => finalSteps.includes(status);

export function originWords(origin: RunOrigin): string {
  switch (origin.type) {
    case 'manual':
      return 'Started by hand';
    case 'command':
      return 'Started from a terminal';
    case 'api':
      return 'Started through the API';
    case 'chat':
      return 'Started from a chat';
    case 'trigger':
      return `Started by its trigger ${origin.id}`;
    case 'step':
      return 'Started by a step of another run';
    case 'rerun':
      return 'Run again from an earlier run';
    case 'test':
      return 'A test';
    case 'failure':
      return 'Started because another run failed';
  }
}

/** Milliseconds that a run or a step took so far; null where it hasn't begun. */
export function tookMs(thing: Pick<StepRun, 'startedAt' | 'finishedAt'>, now: number): number | null {
  return thing.startedAt === undefined ? null : Math.max(0, (thing.finishedAt ?? now) - thing.startedAt);
}

/** How far a container is: of a map its items, of a loop its iterations, whose limit is no aim. Nothing of any other step. */
export function roundsOf(
  { opened, count, status }: Pick<StepRun, 'opened' | 'count' | 'status'>,
  isLoop: boolean,
): string | null {
  if (isLoop) {
    if (opened === undefined) return null;
    const rounds = formatPlural(opened, 'iteration');
    return count === undefined ? rounds : `${rounds}, limit ${formatCount(count)}`;
  }
  if (count === undefined) return opened === undefined ? null : formatPlural(opened, 'item');
  const begun = opened ?? 0;
  // All have begun: how many are still under way is seen at the items themselves.
  if (begun === count && isFinalStep(status)) return formatPlural(count, 'item');
  return `${formatCount(begun)} of ${formatPlural(count, 'item')}`;
}
