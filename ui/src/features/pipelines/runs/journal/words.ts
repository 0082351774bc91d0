/** Entries of a run's journal as sentences. One that this page doesn't know is shown as it is called. */
import { formatPlural } from '@/lib/format';
import type { JournalEntry } from '@/api/generated';

const sentences: Record<string, string> = {
  'run.accepted': 'Accepted',
  'run.queued': 'Queued',
  'run.started': 'Began',
  'run.waiting': 'Waits',
  'run.paused': 'Paused',
  'run.resumed': 'Goes on',
  'run.decision_needed': 'Needs a decision',
  'run.succeeded': 'Succeeded',
  'run.failed': 'Failed',
  'run.cancelled': 'Cancelled by a person',
  'run.ended_by_cancel': 'Ended by the cancel',
  'step.started': 'began',
  'step.waiting': 'waits',
  'step.timer': 'goes on: its time has come',
  'step.retrying': 'will be tried again',
  'step.attempt_failed': 'failed at a try',
  'step.succeeded': 'succeeded',
  'step.failed': 'failed',
  'step.skipped': 'was skipped',
  'step.cancelled': 'was cancelled',
  'step.interrupted': 'was interrupted',
  'step.ambiguous': 'may have happened: somebody must say',
  'step.decided': 'was decided on',
  'step.answered': 'was answered',
  'human.answered': 'was answered',
  'human.expired': 'was answered by nobody in time',
  'budget.threshold': 'brought the run to 80 % of its budget',
  'budget.exceeded': 'needs more than the budget holds',
  'step.discarded': 'came to an end after the cancel; its result isn’t used',
  'step.reused': 'was taken over from an earlier run',
  'step.cached': 'was taken from the cache',
  'step.pinned': 'was given its pinned result',
  'step.opened': 'has its list',
  'step.cautioned': 'ran with less safety than was asked for',
  'step.restored': 'has its working copy as it was at this point',
  'step.judged': 'looked whether it goes round again',
};

const waits: Record<string, string> = {
  human: 'for a person',
  timer: 'for its time',
  decision: 'for a decision',
  run: 'for another run',
};

export const stepOf = ({ body }: JournalEntry): { scope: string; node: string } | null =>
  typeof body.node === 'string' ? { scope: typeof body.scope === 'string' ? body.scope : '', node: body.node } : null;

export function sentenceOf({ kind }: JournalEntry): string {
  return sentences[kind] ?? kind.replace(/^[a-z]+\./, '').replaceAll('_', ' ');
}

/** What else it says, short. */
export function detailOf({ body }: JournalEntry): string {
  const words: string[] = [];
  const add = (name: string, say: (value: string | number) => string) => {
    const value = body[name];
    if (typeof value === 'string' || typeof value === 'number') words.push(say(value));
  };
  // The first try needs no words.
  if (body.attempt !== 1) add('attempt', (number) => `try ${number}`);
  add('for', (reason) => waits[reason] ?? String(reason));
  add('count', (count) => formatPlural(Number(count), 'item'));
  add('port', (port) => `by ${port}`);
  add('way', (way) => `by ${way}`);
  add('reason', String);
  add('decision', String);
  add('answer', String);
  add('error', String);
  add('message', String);
  return words.join(' · ');
}
