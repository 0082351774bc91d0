import { expect, it } from 'vitest';

import type { OllamaSettings } from '@/api/generated';

import { draftOf, isSame, keepAliveChoices, settingsOf, type Draft } from './fields';

const usual: OllamaSettings = {
  mode: 'auto',
  program: null,
  address: null,
  port: null,
  cloud: false,
  modelsFolder: null,
  keepAliveSeconds: 300,
  parallel: 1,
  maxLoaded: 0,
  contextLength: 0,
  promptCacheMib: 512,
  kvCache: 'f16',
  flashAttention: null,
  advanced: {},
};
const read = (changes: Partial<Draft>) => settingsOf({ ...draftOf(usual), ...changes });
const errorsOf = (changes: Partial<Draft>) => {
  const result = read(changes);
  return 'errors' in result ? Object.keys(result.errors) : [];
};

it('reads back what it showed', () => {
  const all: OllamaSettings = {
    ...usual,
    port: 11_500,
    program: '/opt/ollama',
    maxLoaded: 3,
    contextLength: 8192,
    promptCacheMib: 0,
    kvCache: 'q8_0',
    flashAttention: true,
    keepAliveSeconds: -1,
    advanced: { OLLAMA_DEBUG: '1' },
  };
  for (const settings of [usual, all]) {
    const result = settingsOf(draftOf(settings));
    expect('settings' in result && isSame(result.settings, settings)).toBe(true);
  }
});

it('leaves out a variable that was emptied, and sees that as a change', () => {
  const kept = { ...usual, advanced: { OLLAMA_DEBUG: '1' } };
  const result = settingsOf({ ...draftOf(kept), advanced: { OLLAMA_DEBUG: ' ', OLLAMA_VULKAN: ' 1 ' } });
  expect(result).toEqual({ settings: { ...usual, advanced: { OLLAMA_VULKAN: '1' } } });
  expect('settings' in result && isSame(result.settings, kept)).toBe(false);
});

it('takes an empty field for the usual value', () => {
  expect(read({ port: '', maxLoaded: ' ', contextLength: '', promptCacheMib: '', parallel: '' })).toEqual({
    settings: usual,
  });
  expect(read({ contextLength: '8,192' })).toEqual({ settings: { ...usual, contextLength: 8192 } });
});

it('says which field can’t be', () => {
  expect(errorsOf({ port: '70000' })).toEqual(['port']);
  expect(errorsOf({ parallel: '0' })).toEqual(['parallel']);
  expect(errorsOf({ maxLoaded: '65' })).toEqual(['maxLoaded']);
  expect(errorsOf({ contextLength: '100' })).toEqual(['contextLength']);
  expect(errorsOf({ promptCacheMib: 'much' })).toEqual(['promptCacheMib']);
  expect(errorsOf({ program: 'ollama', modelsFolder: 'models' })).toEqual(['program', 'modelsFolder']);
  expect(errorsOf({ program: 'C:\\Ollama\\ollama.exe' })).toEqual([]);
  expect(errorsOf({ kvCache: 'q4_0', flashAttention: 'off' })).toEqual(['kvCache']);
});

it('offers the kept time beside the usual ones', () => {
  expect(keepAliveChoices(300).map(({ value }) => value)).toEqual(['0', '300', '1800', '3600', '14400', '-1']);
  expect(keepAliveChoices(600).map(({ value }) => value)).toEqual(['0', '300', '600', '1800', '3600', '14400', '-1']);
});
