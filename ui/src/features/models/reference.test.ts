import { expect, it } from 'vitest';

import { readReference } from './reference';

const sent = (typed: string) => {
  const read = readReference(typed);
  return read.type === 'model' ? [read.reference, read.targets[0]] : read.type;
};
const warning = (typed: string) => {
  const read = readReference(typed);
  return read.type === 'model' ? read.warning : undefined;
};
const refusal = (typed: string) => {
  const read = readReference(typed);
  return read.type === 'wrong' ? read.message : read.type;
};

it('takes Ollama’s names as they are', () => {
  expect(sent('qwen3')).toEqual(['qwen3', 'ollama']);
  expect(sent(' ollama pull qwen3:4b ')).toEqual(['qwen3:4b', 'ollama']);
  expect(sent('somebody/smol:v1')).toEqual(['somebody/smol:v1', 'ollama']);
  expect(sent('registry.example.com:5000/team/smol:v1')).toEqual(['registry.example.com:5000/team/smol:v1', 'ollama']);
  expect(sent('https://ollama.com/library/qwen3:4b')).toEqual(['qwen3:4b', 'ollama']);
});

it('knows a Hugging Face repository, its file and their addresses', () => {
  expect(sent('hf.co/owner/repo-GGUF:Q4_K_M')).toEqual(['hf.co/owner/repo-GGUF:Q4_K_M', 'ollama']);
  expect(sent('https://huggingface.co/owner/repo')).toEqual(['hf.co/owner/repo', 'ollama']);
  expect(sent('https://huggingface.co/owner/repo/tree/main')).toEqual(['hf.co/owner/repo', 'ollama']);
  expect(sent('owner/repo/a.Q4_0.gguf')).toEqual(['owner/repo/a.Q4_0.gguf', 'embedded']);
  expect(sent('https://huggingface.co/owner/repo/resolve/main/sub/a.gguf?download=true')).toEqual([
    'owner/repo/sub/a.gguf',
    'embedded',
  ]);
});

it('takes the address of a GGUF where it is encrypted, and warns of a registry that isn’t and of a model in the cloud', () => {
  expect(sent('https://example.com/m/a.gguf')).toEqual(['https://example.com/m/a.gguf', 'embedded']);
  expect(sent('http://127.0.0.1:81/a.gguf')).toEqual(['http://127.0.0.1:81/a.gguf', 'embedded']);
  expect(refusal('http://example.com/a.gguf')).toContain('https://');
  expect(refusal('https://example.com/a-00001-of-00002.gguf')).toContain('one part');
  expect(warning('http://example.com/team/smol')).toContain('encryption');
  expect(sent('http://127.0.0.1:5000/team/smol')).toEqual(['http://127.0.0.1:5000/team/smol', 'ollama']);
  expect(warning('qwen3-coder:480b-cloud')).toContain('leaves');
  expect(warning('qwen3:4b')).toBeUndefined();
});

it('says what is wrong while it is typed', () => {
  expect(refusal('')).toBe('empty');
  expect(refusal('qwen 3')).toContain('space');
  expect(refusal('ftp://example.com/a.gguf')).toContain('ftp://');
  expect(refusal('hf.co/owner')).toContain('owner/name');
  expect(refusal('hf.co/owner/repo/readme.md')).toContain('no GGUF');
  expect(refusal('qwen3:')).toContain('tag');
  expect(refusal('a/b/c/d')).toContain('too many parts');
  expect(refusal('a//b')).toContain('missing');
  expect(refusal('-model')).toContain('can’t be a name');
});
