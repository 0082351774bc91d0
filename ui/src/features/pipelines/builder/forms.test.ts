import { expect, test } from 'vitest';

import { readDefinition } from '../shared/definition';
import { parseLoose } from './inspector/draft';
import { sourceOf, sourceText } from './inspector/ports';
import { controlOf, fill, forEstimate, placeOf, startOf } from './run/run-form';
import { lineOf } from './views/places';

test('a run’s form gives values of the inputs’ types and says what is missing', () => {
  const inputs = {
    task: { type: 'text', required: true },
    count: { type: 'number', default: 3 },
    loud: { type: 'bool' },
    files: { type: 'list<file>' },
    plan: { type: 'json:plan' },
  };
  const typed = startOf(inputs);
  expect(typed.count).toBe('3');
  expect(fill(inputs, typed).problems).toEqual({ task: 'This is needed to begin.' });
  const { values, problems } = fill(inputs, {
    task: 'Go',
    count: 'many',
    loud: 'true',
    files: 'a\n\nb',
    plan: '{"x": 1}',
  });
  expect(values).toEqual({ task: 'Go', loud: true, files: ['a', 'b'], plan: { x: 1 } });
  expect(Object.keys(problems)).toEqual(['count']);
  expect(controlOf({ type: 'list<number>' })).toBe('json');
});

test('what was chosen stands for what was typed, and is not used up by an estimate', () => {
  const inputs = { repo: { type: 'dir', required: true }, notes: { type: 'file' } };
  const picked = { repo: { handle: 'ab12', name: 'sum' } };
  const { values, problems } = fill(inputs, { repo: '', notes: ' /home/ann/notes.md ' }, picked);
  expect(problems).toEqual({});
  expect(values).toEqual({ repo: { handle: 'ab12' }, notes: '/home/ann/notes.md' });
  expect(forEstimate(values, picked)).toEqual({ repo: 'sum', notes: '/home/ann/notes.md' });
  expect([placeOf(inputs.repo), placeOf(inputs.notes)]).toEqual(['folder', 'file']);
});

test('an input’s source is read from how it is written', () => {
  for (const text of ['nodes.plan.json', 'inputs.task', 'carry.feedback', 'nodes.a.text | upper']) {
    expect(sourceText(sourceOf(text))).toBe(text);
  }
  expect(sourceOf('nodes.plan.json')).toEqual({ node: 'plan', port: 'json' });
  expect(sourceOf('1 + 1')).toEqual({ expr: '1 + 1' });
});

test('a place in a definition is found in its text', () => {
  const text = JSON.stringify(
    { id: 'a', nodes: [{ id: 'x', config: { 'a/b': 'has "nodes" in it' } }, { id: 'y' }] },
    null,
    2,
  );
  const line = (pointer: string) => text.split('\n')[lineOf(text, pointer)]?.trim();
  expect(line('/id')).toBe('"id": "a",');
  expect(line('/nodes/1/id')).toBe('"id": "y"');
  expect(line('/nodes/0/config/a~1b')).toBe('"a/b": "has \\"nodes\\" in it"');
  expect(line('/nodes/0/missing')).toBe('{');
});

test('what can’t be drawn is refused with what is missing', () => {
  expect(readDefinition([])).toHaveProperty('problem');
  expect(readDefinition({ id: 'a' })).toHaveProperty('problem');
  expect(
    readDefinition({
      id: 'a',
      nodes: [
        { id: 'x', kind: 'llm' },
        { id: 'x', kind: 'llm' },
      ],
    }),
  ).toHaveProperty('problem');
  expect(readDefinition({ id: 'a', nodes: [], unknown: 1 })).toHaveProperty('definition');
});

test('plain words may stand where JSON is wanted, broken JSON may not', () => {
  expect(parseLoose('done')).toEqual({ value: 'done' });
  expect(parseLoose('3')).toEqual({ value: 3 });
  expect(parseLoose('{"a"')).toHaveProperty('problem');
});
