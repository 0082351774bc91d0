import { describe, expect, it } from 'vitest';

import type { Definition } from '../../shared/definition';
import { namesAt, readRows, writeRows, type Row } from './conditions';

const row = (field: string, op: Row['op'], value = ''): Row => ({ field, op, value });

describe('conditions as rows', () => {
  it.each<[string, Row[]]>([
    ["nodes.a.text != ''", [row('nodes.a.text', 'filled')]],
    ["nodes.a.text == 'good morning'", [row('nodes.a.text', 'eq', 'good morning')]],
    ['nodes.review.score >= 0.8', [row('nodes.review.score', 'ge', '0.8')]],
    ["'error' in nodes.test.log", [row('nodes.test.log', 'has', 'error')]],
    ["'error' not in nodes.test.log", [row('nodes.test.log', 'lacks', 'error')]],
    ['nodes.test.report.passed', [row('nodes.test.report.passed', 'true')]],
    ['not vars.done', [row('vars.done', 'false')]],
    ['nodes.a.items | length > 3', [row('nodes.a.items | length', 'gt', '3')]],
    ['inputs.name == vars.name', [row('inputs.name', 'eq', 'vars.name')]],
    ["a.b == '5'", [row('a.b', 'eq', "'5'")]],
    [String.raw`a.b == 'it\'s'`, [row('a.b', 'eq', "it's")]],
    ["a.b == 'x and y' and c.d", [row('a.b', 'eq', 'x and y'), row('c.d', 'true')]],
  ])('reads and writes %s', (text, rows) => {
    const read = readRows(text);
    expect(read?.rows).toEqual(rows);
    expect(writeRows(read!)).toBe(text);
  });

  it('joins rows by one word, and leaves a mix of both to text', () => {
    expect(readRows('a.b or c.d')).toEqual({ join: 'or', rows: [row('a.b', 'true'), row('c.d', 'true')] });
    expect(readRows('a.b and c.d or e.f')).toBeNull();
  });

  it.each(['(a.b)', 'a.b + 1 > 2', "a.b == 'open", 'a.b is defined', "f(a) == 'x'", 'a.b == c + d'])(
    'leaves %s to text',
    (text) => expect(readRows(text)).toBeNull(),
  );

  it('is no rows where there is nothing, and writes none that are without a field', () => {
    expect(readRows('  ')).toEqual({ join: 'and', rows: [] });
    expect(writeRows({ join: 'and', rows: [row('', 'eq', 'x'), row('a.b', 'true')] })).toBe('a.b');
  });
});

describe('what a condition may name', () => {
  const definition: Definition = {
    format: 'webplus.pipeline/1',
    id: 'p',
    inputs: { task: { type: 'text' } },
    vars: { count: 0 },
    nodes: [
      { id: 'plan', kind: 'llm', out: { text: 'text' } },
      { id: 'each', kind: 'map', body: ['write'] },
      { id: 'write', kind: 'llm', out: { text: 'text' } },
      { id: 'later', kind: 'llm', out: { text: 'text' } },
    ],
    edges: [
      { from: 'plan', to: 'each' },
      { from: 'each', to: 'later' },
    ],
  };

  it('is what comes before it, what goes in, and what its containers give', () => {
    const names = namesAt(definition, new Map(), 'write');
    expect(names).toContain('nodes.plan.text');
    expect(names).toContain('item');
    expect(names).toContain('inputs.task');
    expect(names).toContain('vars.count');
    expect(names.some((name) => name.startsWith('nodes.later'))).toBe(false);
    expect(names.some((name) => name.startsWith('nodes.write'))).toBe(false);
  });
});
