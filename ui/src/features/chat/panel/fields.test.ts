import { expect, it } from 'vitest';

import { readSchema } from './json-schema-field';
import { readNumber } from './number-parameter';

it('a number is whole and within what the model tells; nothing is the default', () => {
  const spec = { name: 'maxTokens', min: 1, max: 4096 } as const;
  expect(readNumber('', spec)).toEqual({ value: undefined, error: null });
  expect(readNumber('1,024', spec).value).toBe(1024);
  expect(readNumber('0', spec).error).toBe('It can be 1 to 4,096.');
  expect(readNumber('much', spec).error).toContain('whole number');
});

it('a schema is an object, or nothing', () => {
  expect(readSchema(' ')).toEqual({ value: undefined, error: null });
  expect(readSchema('{"type":"object"}').value).toEqual({ type: 'object' });
  expect(readSchema('[1]').error).toContain('JSON object');
  expect(readSchema('{').error).toContain('Not JSON yet');
});
