import { expect, it } from 'vitest';

import { faultOf, formOf, isWhole, startOf, valuesOf } from './schema-form';

const form = formOf({
  title: 'Release',
  type: 'object',
  required: ['name', 'count'],
  properties: {
    name: { type: 'string', minLength: 2 },
    release_notes: { type: 'string', maxLength: 5000 },
    count: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
    sure: { type: 'boolean' },
    channel: { enum: ['stable', 'beta', 4] },
    tags: { type: 'array', items: { type: 'string' } },
    more: { type: 'object' },
  },
});

it('each property is a field that fits it', () => {
  expect(form.fields.map(({ name, kind, label }) => [name, kind, label])).toEqual([
    ['name', 'line', 'Name'],
    ['release_notes', 'text', 'Release notes'],
    ['count', 'integer', 'Count'],
    ['sure', 'bool', 'Sure'],
    ['channel', 'choice', 'Channel'],
    ['tags', 'lines', 'Tags'],
    ['more', 'json', 'More'],
  ]);
  expect(startOf(form)).toMatchObject({ name: '', count: '3', sure: false });
});

it('what was typed is sent as what it is, and what was left empty isn’t sent', () => {
  const typed = {
    name: 'x1',
    release_notes: '',
    count: '4',
    sure: true,
    channel: '4',
    tags: 'a\n\n b ',
    more: '{"k":1}',
  };
  expect(isWhole(form, typed)).toBe(true);
  expect(valuesOf(form, typed)).toEqual({
    name: 'x1',
    count: 4,
    sure: true,
    channel: 4,
    tags: ['a', 'b'],
    more: { k: 1 },
  });
});

it('faults are told as sentences', () => {
  const field = (name: string) => form.fields.find((one) => one.name === name)!;
  expect(faultOf(field('name'), '')).toBe('This is needed.');
  expect(faultOf(field('name'), 'x')).toBe('At least 2 characters.');
  expect(faultOf(field('count'), '1.5')).toBe('Write a whole number.');
  expect(faultOf(field('count'), '12')).toBe('At most 9.');
  expect(faultOf(field('more'), '{')).toContain('JSON');
  expect(faultOf(field('tags'), '')).toBeNull();
});

it('a schema that is none makes a form without fields', () => {
  expect(formOf(undefined).fields).toEqual([]);
  expect(formOf({ properties: 4 }).fields).toEqual([]);
});
