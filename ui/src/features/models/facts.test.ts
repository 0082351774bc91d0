import { expect, it } from 'vitest';

import type { Job, Model } from '@/api/generated';

import {
  comingOf,
  contextChoices,
  everything,
  expiryWords,
  filterModels,
  fitOf,
  nameOf,
  openDownloads,
  openWorks,
  providerOf,
  sortModels,
  type Filter,
} from './facts';

const model = (id: string, fields: Partial<Model> = {}): Model => ({
  id,
  name: nameOf(id),
  state: { type: 'on_disk' },
  capabilities: ['chat'],
  parameters: [],
  testSize: false,
  ...fields,
});
const loaded = { type: 'loaded', memory: 5, context: 1 } as const;
const remote = { type: 'remote' } as const;

it('knows of which models something is on its way', () => {
  const job = (kind: string, status: string, model?: string) =>
    ({ kind, payload: { model }, state: { status, completed: 43, total: 99 } }) as unknown as Job;
  const coming = comingOf([
    job('model.pull', 'running', 'ollama/a'),
    job('model.repair', 'queued', 'ollama/b'),
    job('model.pull', 'failed', 'ollama/c'),
    job('model.create', 'running', 'ollama/d'),
    job('model.pull', 'running'),
  ]);
  expect([...coming]).toEqual([
    ['ollama/a', 43],
    ['ollama/b', 43],
  ]);
});

it('reads a model’s reference, whose name may hold slashes', () => {
  expect([providerOf('openrouter/meta/llama'), nameOf('openrouter/meta/llama')]).toEqual(['openrouter', 'meta/llama']);
});

it('says whether a model fits now, after making room, or not at all', () => {
  const memory = { total: 100, available: 50 };
  const fit = (memoryEstimate: number) => fitOf(model('embedded/a', { memoryEstimate }), memory);
  expect([fit(50), fit(51), fit(91)]).toEqual(['yes', 'tight', 'no']);
  expect(fitOf(model('embedded/a', { memoryEstimate: 60, state: loaded }), memory)).toBe('yes');
  expect(fitOf(model('openai/a', { state: remote }), memory)).toBe('unknown');
  expect(fitOf(model('embedded/a', { memoryEstimate: 1 }), undefined)).toBe('unknown');
});

it('offers powers of two, the usual context and the largest', () => {
  expect(contextChoices(model('a/b', { contextWindow: 10_000, defaultContext: 5000 }))).toEqual([
    2048, 4096, 5000, 8192, 10_000,
  ]);
  expect(contextChoices(model('a/b', { contextWindow: 512 }))).toEqual([512]);
  expect(contextChoices(model('a/b'))).toEqual([]);
});

it('keeps what is in memory on top, whatever the order', () => {
  const all = [
    model('openai/a', { state: remote }),
    model('embedded/c', { size: 3 }),
    model('embedded/b', { size: 9 }),
    model('embedded/z', { state: loaded, size: 1 }),
  ];
  const ids = (sorting: Parameters<typeof sortModels>[1]) =>
    sortModels(all, sorting)
      .map(({ name }) => name)
      .join('');
  expect(ids(null)).toBe('zbca');
  expect(ids({ key: 'name', descending: true })).toBe('zcba');
  // What has no size stands last, in both directions.
  expect(ids({ key: 'size', descending: false })).toBe('zcba');
  expect(ids({ key: 'size', descending: true })).toBe('zbca');
});

it('sorts by each column, what is unknown last', () => {
  const memory = { total: 100, available: 50 };
  const all = [
    model('embedded/a', { quantization: 'Q8_0', contextWindow: 4096, memoryEstimate: 10 }),
    model('ollama/b', { quantization: 'Q4_K_M', memoryEstimate: 80, state: { type: 'damaged', reason: '' } }),
    model('openai/c', { state: remote, contextWindow: 200_000 }),
  ];
  const ids = (key: Parameters<typeof sortModels>[1] & object) =>
    sortModels(all, key, memory)
      .map(({ name }) => name)
      .join('');
  expect(ids({ key: 'provider', descending: true })).toBe('cba');
  expect(ids({ key: 'state', descending: false })).toBe('bac');
  expect(ids({ key: 'quantization', descending: false })).toBe('bac');
  expect(ids({ key: 'context', descending: true })).toBe('cab');
  expect(ids({ key: 'fits', descending: false })).toBe('abc');
  expect(ids({ key: 'memory', descending: true })).toBe('bac');
});

it('finds by name, provider, quantisation and what it can do', () => {
  const all = [
    model('embedded/qwen', { quantization: 'Q4_K_M' }),
    model('home/llama', { state: loaded }),
    model('ollama/broken', { state: { type: 'damaged', reason: 'cut' } }),
    model('openai/gpt', { state: remote, capabilities: ['vision'] }),
  ];
  const kindOf = (id: string) => (id.startsWith('home/') ? 'ollama' : undefined);
  const names = (filter: Partial<Filter>) =>
    filterModels(all, { ...everything, ...filter }, kindOf).map(({ name }) => name);
  expect(names({ text: 'q4 qw' })).toEqual(['qwen']);
  expect(names({ text: 'images' })).toEqual(['gpt']);
  expect(names({ where: 'local' })).toEqual(['qwen', 'llama', 'broken']);
  expect(names({ where: 'cloud' })).toEqual(['gpt']);
  expect(names({ where: 'ollama' })).toEqual(['llama', 'broken']);
  expect(names({ where: 'embedded' })).toEqual(['qwen']);
  expect(names({ only: 'loaded' })).toEqual(['llama']);
  expect(names({ only: 'damaged' })).toEqual(['broken']);
  expect(names({ text: 'gpt', where: 'local' })).toEqual([]);
});

it('says when a loaded model leaves memory', () => {
  const at = (expiresAt?: number) =>
    expiryWords(
      { type: 'loaded', memory: 1, context: 1, ...(expiresAt === undefined ? {} : { expiresAt }) },
      1_000_000,
    );
  expect([at(1_240_000), at(1_010_000), at(999_000), at()]).toEqual([
    'unloads in 4 min',
    'unloads in a moment',
    'unloads now',
    undefined,
  ]);
});

it('shows downloads and other works until they end well or are called off', () => {
  const job = (status: Job['state']['status'], kind = 'model.download') => ({ kind, state: { status } }) as Job;
  const all = (['queued', 'running', 'waiting', 'failed', 'succeeded', 'cancelled'] as const).map((status) =>
    job(status),
  );
  expect(openDownloads([...all, job('running', 'other'), job('running', 'model.pull')])).toHaveLength(5);
  expect(openWorks([...all, job('running', 'other'), job('running', 'model.benchmark')])).toHaveLength(5);
});
