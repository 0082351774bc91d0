/** Entries of a run's journal as sentences. One that this page doesn't know is shown as it is called. */
import type { JournalEntry } from '@/api/generated';

const sentences: Record<string, string> = {
  'run.accepted': 'Accepted',
  'run.queued': 'Queued',
  'run.started': 'Began',
  'run.waiting': 'Waits',
  'run.paused': 'Paused',
  'run.resumed': 'Goes on',
  'run.succeeded': 'Succeeded',
  'run.failed': 'Failed',
  'run.cancelled': 'Cancelled',
  'run.cancel': 'Somebody cancelled it',
  'run.recovered': 'Picked up again after Web+ had ended',
  'step.ready': 'is ready',
  'step.started': 'began',
  'step.waiting': 'waits',
  'step.retry': 'will be tried again',
  'step.retry_wait': 'will be tried again',
  'step.succeeded': 'succeeded',
  'step.failed': 'failed',
  'step.skipped': 'was skipped',
  'step.cancelled': 'was cancelled',
  'step.ambiguous': 'may have happened: somebody must say',
  'step.reused': 'was taken over from an earlier run',
  'step.decided': 'was decided on',
  'step.answered': 'was answered',
  'attempt.started': 'was tried',
  'attempt.ended': 'ended its try',
  'attempt.interrupted': 'was interrupted',
};

export const stepOf = ({ body }: JournalEntry): { scope: string; node: string } | null =>
  typeof body.node === 'string' ? { scope: typeof body.scope === 'string' ? body.scope : '', node: body.node } : null;

export function sentenceOf({ kind }: JournalEntry): string {
  return sentences[kind] ?? kind.replace(/^(step|run|attempt)\./, '').replaceAll('_', ' ');
}

/** What else it says, short. */
export function detailOf({ body }: JournalEntry): string {
  const words: string[] = [];
  const add = (name: string, say: (value: string | number) => string) => {
    const value = body[name];
    if (typeof value === 'string' || typeof value === 'number') words.push(say(value));
  };
  add('attempt', (number) => `try ${number}`);
  add('port', (port) => `by ${port}`);
  add('way', (way) => `by ${way}`);
  add('reason', String);
  add('decision', String);
  add('answer', String);
  add('error', String);
  add('message', String);
  return words.join(' · ');
}
