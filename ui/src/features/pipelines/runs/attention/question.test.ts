import { expect, it } from 'vitest';

import { doubtOf, readQuestion } from './question';

it('the first short line is the question, the rest is to be read', () => {
  expect(readQuestion('Say it **loud**?\n\nIt says *x*.\n\nAnd more.')).toEqual({
    title: 'Say it loud?',
    body: 'It says *x*.\n\nAnd more.',
  });
  expect(readQuestion('Sure?')).toEqual({ title: 'Sure?', body: '' });
  expect(readQuestion('a\nb\n\nc')).toEqual({ title: '', body: 'a\nb\n\nc' });
  expect(readQuestion(undefined)).toEqual({ title: '', body: '' });
});

it('what isn’t known is said as what the step does', () => {
  expect(doubtOf('webhook').fact).toBe('may have been sent');
  expect(doubtOf('shell').question).toBe('Did it?');
  expect(doubtOf('llm').fact).toBe('may have happened');
});
