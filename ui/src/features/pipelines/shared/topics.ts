/**
 * What webhooks and triggers can be told of, in words. It is what Web+ sends, neither more nor less: a topic that nothing sends has no
 * place here, and one without words doesn't compile. Pure.
 */
import type { Topic } from '@/api/generated';

const words: Record<Topic, string> = {
  'run.succeeded': 'A run succeeded',
  'run.failed': 'A run failed',
  'run.cancelled': 'A run was cancelled',
  'human.requested': 'A run asks somebody',
  'run.decision_needed': 'A run needs a decision',
  'human.answered': 'Somebody answered a run',
  'human.expired': 'Nobody answered a run in time',
  'run.queued': 'A run was accepted',
  'run.started': 'A run began',
  'run.waiting': 'A run stands still and waits',
  'run.paused': 'A run was paused',
  'run.resumed': 'A run goes on',
  'budget.threshold': 'A run has spent 80 % of its budget',
  'budget.exceeded': 'A run’s budget holds no further call',
  'step.started': 'A step began',
  'step.retrying': 'A step will be tried again',
  'step.succeeded': 'A step succeeded',
  'step.failed': 'A step failed',
  'app.recovered': 'Web+ goes on with runs after its end',
  'webhook.endpoint_disabled': 'A webhook was switched off',
  'job.changed': 'A background job began or ended',
  'model.changed': 'Models came or went',
  'conversation.changed': 'A conversation is new or renamed',
  'conversation.removed': 'A conversation was deleted',
  'message.changed': 'A message ended',
};

export const topicChoices: readonly { topic: string; label: string }[] = Object.entries(words).map(
  ([topic, label]) => ({ topic, label }),
);

/** What a trigger may wait for; several at once by how they begin. Others can be typed. */
export const triggerTopics: readonly string[] = [...Object.keys(words), 'run.*', 'human.*', 'step.*'];

export function topicWords(topics: readonly string[]): string {
  if (topics.length === 0) return 'everything but single steps';
  return topics
    .map((topic) => topicChoices.find((one) => one.topic === topic)?.label.toLowerCase() ?? topic)
    .join(', ');
}
