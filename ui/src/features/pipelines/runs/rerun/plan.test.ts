import { expect, it } from 'vitest';

import type { Definition } from '../../shared/definition';
import type { StepRun } from '@/api/generated';
import { planRerun } from './plan';

const definition: Definition = {
  format: 'webplus.pipeline/1',
  id: 'p',
  nodes: [
    { id: 'plan', kind: 'llm' },
    { id: 'fix', kind: 'loop', body: ['write', 'test'] },
    { id: 'write', kind: 'llm' },
    { id: 'test', kind: 'shell' },
    { id: 'report', kind: 'template', config: { template: '{{ nodes.plan.text }}' } },
    { id: 'side', kind: 'template' },
  ],
  edges: [
    { from: 'plan', to: 'fix' },
    { from: 'fix.done', to: 'report' },
    { from: 'write', to: 'test' },
  ],
};
const ended = (node: string, status: StepRun['status'] = 'succeeded'): StepRun => ({
  scope: '',
  node,
  status,
  tries: 1,
  costNanoUsd: 100,
  tokens: 1,
  startedAt: 1_000,
  finishedAt: 3_000,
});
const steps = [ended('plan'), ended('fix', 'failed'), ended('side')];

it('what doesn’t come after the step is taken over at no cost, and what that saves is summed', () => {
  const plan = planRerun(definition, steps, 'fix');
  expect(plan.reused.map(({ node }) => node)).toEqual(['plan', 'side']);
  expect(plan.again).toEqual(['fix', 'report']);
  const skipped = [...steps, ended('report', 'skipped')];
  expect(planRerun(definition, skipped, 'fix').again).toEqual(['fix', 'report']);
  expect([plan.savedNanoUsd, plan.savedMs]).toEqual([200, 4_000]);
});

it('a step inside a loop begins with its loop', () => {
  expect(planRerun(definition, steps, 'test').from).toBe('fix');
});

it('what names a step’s result comes after it, edge or not', () => {
  const plan = planRerun({ ...definition, edges: [] }, [...steps, ended('report')], 'plan');
  expect(plan.again).toEqual(['plan', 'fix', 'report']);
});

it('what comes after an edited result runs anew, and the edited one doesn’t', () => {
  const plan = planRerun(definition, [ended('plan'), ended('fix'), ended('report'), ended('side')], 'report', ['plan']);
  expect(plan.reused.map(({ node }) => node)).toEqual(['plan', 'side']);
  expect(plan.again).toEqual(['fix', 'report']);
});
