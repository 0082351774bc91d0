import { expect, it } from 'vitest';

import type { Definition } from '../../shared/definition';
import type { StepRun } from '@/api/generated';
import { choosing, scopesInSight, shownScopes } from './shown';

const definition: Definition = {
  format: 'webplus.pipeline/1',
  id: 'p',
  nodes: [
    { id: 'each', kind: 'map', body: ['fix'] },
    { id: 'fix', kind: 'loop', body: ['test'] },
    { id: 'test', kind: 'shell' },
    { id: 'end', kind: 'template' },
  ],
};
const container = (opened: number): StepRun => ({
  scope: '',
  node: 'x',
  status: 'running',
  tries: 1,
  costNanoUsd: 0,
  tokens: 0,
  opened,
});
const steps = new Map([
  ['each', container(5)],
  ['each:4/fix', container(2)],
]);
const step = (key: string) => steps.get(key);

it('the newest item of each container is looked at', () => {
  const shown = shownScopes(definition, step, new Map());
  expect(shown.keyOf('test')).toBe('each:4/fix:1/test');
  expect(shown.keyOf('end')).toBe('end');
  expect(scopesInSight(definition, shown)).toEqual(['each:4', 'each:4/fix:1']);
});

it('another item is looked at once it was chosen, and a step chosen elsewhere brings its item with it', () => {
  expect(shownScopes(definition, step, new Map([['each', 1]])).keyOf('test')).toBe('each:1/fix:0/test');
  const chosen = choosing(new Map(), 'each:2/fix:7/test');
  expect(shownScopes(definition, step, chosen).keyOf('test')).toBe('each:2/fix:7/test');
});
