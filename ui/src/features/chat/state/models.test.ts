import { expect, it } from 'vitest';

import type { Model } from '@/api/generated';

import { preferredModel } from './models';

const model = (id: string, more: Partial<Model> = {}): Model => ({
  id,
  name: id,
  state: { type: 'on_disk' },
  capabilities: ['chat'],
  parameters: [],
  testSize: false,
  ...more,
});

const small = model('embedded/small', { testSize: true });
const loadedSmall = model('embedded/small', {
  testSize: true,
  state: { type: 'loaded', memory: 1, context: 1, gpuLayers: 0 },
} as Partial<Model>);
const cloud = model('openai/large', { state: { type: 'remote' } });

it('begins with a model of test size only where there is no other', () => {
  expect(preferredModel([small], [])).toBe('embedded/small');
  expect(preferredModel([loadedSmall, cloud], [])).toBe('openai/large');
  expect(preferredModel([small, model('embedded/real')], [])).toBe('embedded/real');
  expect(preferredModel([small, model('embedded/broken', { state: { type: 'damaged' } } as Partial<Model>)], [])).toBe(
    'embedded/small',
  );
});

it('takes what was wished for first, whatever its size, while it is there', () => {
  expect(preferredModel([small, cloud], [null, 'embedded/small'])).toBe('embedded/small');
  expect(preferredModel([small, cloud], ['embedded/gone', undefined])).toBe('openai/large');
});

it('prefers what is loaded to what is here, and that to what is elsewhere', () => {
  const here = model('embedded/here');
  const loaded = model('embedded/loaded', loadedSmall.state.type === 'loaded' ? { state: loadedSmall.state } : {});
  expect(preferredModel([cloud, here, loaded], [])).toBe('embedded/loaded');
  expect(preferredModel([cloud, here], [])).toBe('embedded/here');
  expect(preferredModel([], [])).toBeUndefined();
});
