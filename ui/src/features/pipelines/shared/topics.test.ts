import { expect, it } from 'vitest';

import generated from '@/api/generated.ts?raw';

import { topicChoices, topicWords, triggerTopics } from './topics';

/** What the application can put into its outbox, as its bindings have it. */
const sent = (() => {
  const found = /export type Topic = ([^;]+);/.exec(generated)?.[1] ?? '';
  return [...found.matchAll(/"([^"]+)"/g)].map(([, topic]) => topic ?? '');
})();

it('what is offered is exactly what something sends', () => {
  expect(sent).toContain('human.requested');
  expect(topicChoices.map(({ topic }) => topic).sort()).toEqual([...sent].sort());
  const beginnings = triggerTopics.filter((topic) => topic.endsWith('*'));
  expect(triggerTopics.filter((topic) => !beginnings.includes(topic)).sort()).toEqual([...sent].sort());
  for (const beginning of beginnings)
    expect(sent.filter((topic) => topic.startsWith(beginning.slice(0, -1))).length).toBeGreaterThan(1);
});

it('says what a receiver is told', () => {
  expect(topicWords([])).toBe('everything but single steps');
  expect(topicWords(['run.failed', 'model.*'])).toBe('a run failed, model.*');
});
