import { expect, it } from 'vitest';

import type { Job, Model } from '@/api/generated';

import { contextChoices, filterModels, fitOf, nameOf, openDownloads, providerOf, sortModels } from './facts';

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

it('reads a model’s reference, whose name may hold slashes', () => {
  expect([providerOf('openrouter/meta/llama'), nameOf('openrouter/meta/llama')]).toEqual(['openrouter', 'meta/llama']);
});

it('says whether a model fits now, after making room, or not at all', () => {
  const memory = { total: 100, available: 50 };
  const fit = (memoryEstimate: number) => fitOf(model('embedded/a', { memoryEstimate }), memory);
  expect([fit(50), fit(51), fit(91)]).toEqual(['fits', 'tight', 'too-large']);
  expect(fitOf(model('embedded/a', { memoryEstimate: 60, state: loaded }), memory)).toBe('fits');
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

it('finds by name, provider, quantisation and what it can do', () => {
  const all = [
    model('embedded/qwen', { quantization: 'Q4_K_M' }),
    model('openai/gpt', { state: remote, capabilities: ['vision'] }),
  ];
  expect(filterModels(all, 'q4 qw', 'all')).toHaveLength(1);
  expect(filterModels(all, 'images', 'all')[0]?.name).toBe('gpt');
  expect(filterModels(all, '', 'local').map(({ name }) => name)).toEqual(['qwen']);
  expect(filterModels(all, 'gpt', 'local')).toEqual([]);
});

it('shows downloads until they end well or are called off', () => {
  const job = (status: Job['state']['status'], kind = 'model.download') => ({ kind, state: { status } }) as Job;
  const all = (['queued', 'running', 'waiting', 'failed', 'succeeded', 'cancelled'] as const).map((status) =>
    job(status),
  );
  expect(openDownloads([...all, job('running', 'other')])).toHaveLength(4);
});
