import { expect, it } from 'vitest';

import type { PipelineField } from '../../shared/api';
import { fieldsOf } from './by-operation';

const field = (name: string, choices: string[] = []) => ({ name, choices }) as PipelineField;
const fields = [
  field('op', ['trim', 'split', 'join', 'newer']),
  ...['text', 'items', 'separator', 'pattern', 'fresh'].map((name) => field(name)),
];
const names = (list: readonly PipelineField[]) => list.map(({ name }) => name);
const of = (config: Record<string, unknown>, faulty: string[] = []) => {
  const { shown, kept } = fieldsOf({ kind: 'text', config }, fields, ({ name }) => faulty.includes(name));
  return { shown: names(shown), kept: names(kept) };
};

it('shows what the chosen operation uses, and what this page doesn’t know', () => {
  expect(of({ op: 'split' }).shown).toEqual(['op', 'text', 'separator', 'fresh']);
  expect(of({ op: 'join' }).shown).toEqual(['op', 'items', 'separator', 'fresh']);
});

it('asks for the operation first', () => {
  expect(of({}).shown).toEqual(['op', 'fresh']);
});

it('names what is kept for another operation, and shows it where it is at fault', () => {
  expect(of({ op: 'trim', separator: ',' })).toEqual({ shown: ['op', 'text', 'fresh'], kept: ['separator'] });
  expect(of({ op: 'trim', separator: 5 }, ['separator']).shown).toContain('separator');
});

it('shows everything of an operation or a kind that it doesn’t know', () => {
  expect(of({ op: 'newer' }).shown).toEqual(names(fields));
  expect(fieldsOf({ kind: 'llm', config: {} }, fields, () => false).shown).toBe(fields);
});
