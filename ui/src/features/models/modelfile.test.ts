import { expect, it } from 'vitest';

import { formOf, modelfileProblems, parseModelfile, withField, withParameters, writeModelfile } from './modelfile';

const text = `# My own
FROM qwen3:4b
PARAMETER temperature 0.7
SYSTEM """
You answer briefly.
Always.
"""
PARAMETER stop "<|end of turn|>"

MESSAGE user Hello
`;

it('reads the form from the text', () => {
  expect(formOf(text)).toEqual({
    from: 'qwen3:4b',
    system: 'You answer briefly.\nAlways.',
    template: '',
    parameters: [
      { name: 'temperature', value: '0.7' },
      { name: 'stop', value: '<|end of turn|>' },
    ],
  });
  expect(writeModelfile(parseModelfile(text))).toBe(text);
});

it('changes one field and leaves every other line as it was written', () => {
  const changed = withField(text, 'system', 'In one word.');
  expect(changed).toBe(text.replace('"""\nYou answer briefly.\nAlways.\n"""', 'In one word.'));
  expect(formOf(changed).system).toBe('In one word.');
  expect(withField(changed, 'system', 'You answer briefly.\nAlways.')).toBe(text);
  expect(withField(text, 'system', '')).not.toContain('SYSTEM');
  expect(withField('', 'from', 'a')).toBe('FROM a\n');
});

it('adds what is new at the end, and FROM at the beginning', () => {
  expect(withField('FROM a\n', 'template', '{{ .Prompt }}')).toBe('FROM a\nTEMPLATE {{ .Prompt }}\n');
  expect(withField('SYSTEM x', 'from', 'a')).toBe('FROM a\nSYSTEM x');
});

it('keeps the parameters together, in the order of the form', () => {
  const changed = withParameters(text, [
    { name: 'num_ctx', value: '8192' },
    { name: 'stop', value: 'a b' },
  ]);
  expect(changed).toContain('FROM qwen3:4b\nPARAMETER num_ctx 8192\nPARAMETER stop "a b"\nSYSTEM');
  expect(formOf(changed).parameters).toEqual([
    { name: 'num_ctx', value: '8192' },
    { name: 'stop', value: 'a b' },
  ]);
  expect(withParameters(changed, [])).not.toContain('PARAMETER');
});

it('round-trips what has quotes, lines and spaces at its edges', () => {
  for (const value of ['plain', 'with "quotes"', 'two\nlines', ' spaced ', '{{ if .System }}{{ .System }}{{ end }}']) {
    expect(formOf(withField('FROM a', 'template', value)).template).toBe(value);
  }
});

it('takes every parameter and instruction that Ollama writes for its own models', () => {
  const shown = `FROM /m/blobs/sha256-${'a'.repeat(64)}
TEMPLATE {{ .Prompt }}
RENDERER qwen3-coder
PARSER qwen3-coder
REQUIRES 0.14.0
ADAPTER /m/blobs/sha256-${'b'.repeat(64)}
PARAMETER presence_penalty 1.5
PARAMETER frequency_penalty -0.5
PARAMETER typical_p 0.9
PARAMETER num_keep 24
PARAMETER num_gpu -1
PARAMETER main_gpu 0
PARAMETER num_thread 8
PARAMETER num_batch 512
PARAMETER use_mmap false
PARAMETER draft_num_predict 4
`;
  expect(modelfileProblems(shown)).toEqual([]);
  expect(writeModelfile(parseModelfile(shown))).toBe(shown);
  expect(modelfileProblems('FROM a\nPARAMETER use_mmap 3')).toEqual(['use_mmap is true or false.']);
  expect(modelfileProblems('FROM a\nADAPTER ./mine.gguf')[0]).toContain('choose its file');
});

it('says what can’t be made', () => {
  expect(modelfileProblems(text)).toEqual([]);
  expect(modelfileProblems('SYSTEM x')).toEqual(['FROM is missing: say which model it is made from.']);
  expect(modelfileProblems('FROM a\nHELLO there')).toEqual(['“HELLO there” is no instruction.']);
  expect(modelfileProblems('FROM a\nSYSTEM """never ends')[0]).toContain('closing');
  expect(modelfileProblems('FROM a\nPARAMETER temperature 9')).toEqual(['temperature is from 0 to 2.']);
  expect(modelfileProblems('FROM a\nPARAMETER num_ctx many')[0]).toContain('whole number');
  expect(modelfileProblems('FROM a\nPARAMETER wisdom 9')[0]).toContain('no parameter');
});
