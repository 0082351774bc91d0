import { describe, expect, it } from 'vitest';

import type { Definition } from '../../shared/definition';
import { newTest, testsOf, trimmed, unmocked } from './specs';

const definition: Definition = {
  format: 'webplus.pipeline/1',
  id: 'p',
  inputs: { task: { type: 'text', required: true }, size: { type: 'number', default: 3 }, note: { type: 'text' } },
  outputs: { report: { from: 'say.text' } },
  nodes: [
    { id: 'ask', kind: 'llm' },
    { id: 'say', kind: 'template' },
    { id: 'send', kind: 'http', off: true },
  ],
  pins: { ask: { text: 'good morning' } },
  tests: [{ name: 'test 2', expect: ['true'] }, 'no test', { inputs: {} }],
};

describe('tests of a pipeline', () => {
  it('begins a new one with a name of its own, what is needed, what is pinned and something to hold', () => {
    expect(newTest(definition)).toEqual({
      name: 'test 3',
      inputs: { task: '', size: 3 },
      mocks: { ask: { text: 'good morning' } },
      expect: ['outputs.report != none'],
    });
  });

  it('passes over what is no test', () => {
    expect(testsOf(definition).map(({ name }) => name)).toEqual(['test 2']);
    expect(testsOf({ ...definition, tests: undefined })).toEqual([]);
  });

  it('leaves out what is empty', () => {
    expect(trimmed({ name: 'a', inputs: {}, mocks: {}, expect: [] })).toEqual({ name: 'a' });
  });

  it('tells which steps would run for real', () => {
    const costs = (kind: string) => kind !== 'template';
    expect(unmocked(definition, { name: 'a' }, costs)).toEqual(['ask']);
    expect(unmocked(definition, newTest(definition), costs)).toEqual([]);
  });
});
