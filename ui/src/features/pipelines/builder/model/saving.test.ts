import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Client } from '@/api/client';
import type { WindowStorage } from '@/lib/storage';

import type { Definition } from '../../shared/definition';
import { createSaver, draftKey, unsavedDraft } from './saving';

const first: Definition = { format: 'webplus.pipeline/1', id: 'p', nodes: [] };
const named = (name: string): Definition => ({ ...first, name });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function memory(): WindowStorage {
  const kept = new Map<string, string>();
  return { get: (key) => kept.get(key) ?? null, set: (key, value) => void kept.set(key, value) };
}

function setUp(answer: (method: string, params: unknown) => Promise<unknown>) {
  const storage = memory();
  const adopt = vi.fn();
  const call = vi.fn(answer);
  const client = { call } as unknown as Client;
  const saver = createSaver({ client, storage, saved: first, onSaved: () => undefined, adopt });
  return { saver, storage, adopt, call };
}

test('changes are saved together once nobody has changed anything for a moment', async () => {
  const { saver, call } = setUp(() => Promise.resolve({}));
  saver.changed(named('a'));
  saver.changed(named('ab'));
  expect(call).not.toHaveBeenCalled();
  await vi.runAllTimersAsync();
  expect(call).toHaveBeenCalledTimes(1);
  expect(call.mock.calls[0]?.[1]).toEqual({ definition: named('ab') });
  expect(saver.state.get()).toEqual({ type: 'saved' });
});

test('what couldn’t be saved stays in this window’s storage, and is brought back', async () => {
  const { saver, storage } = setUp(() => Promise.reject(new Error('no')));
  saver.changed(named('kept'));
  await vi.runAllTimersAsync();
  expect(saver.state.get().type).toBe('failed');
  expect(unsavedDraft(storage, 'p', first)).toEqual(named('kept'));
  expect(unsavedDraft(storage, 'p', named('kept'))).toBeUndefined();
});

test('what was saved leaves nothing behind', async () => {
  const { saver, storage } = setUp(() => Promise.resolve({}));
  saver.changed(named('a'));
  await saver.flush();
  expect(storage.get(draftKey('p'))).toBe('');
  expect(unsavedDraft(storage, 'p', first)).toBeUndefined();
});

test('another window’s change is taken where this one has none, and asked about where it has', async () => {
  const { saver, adopt, call } = setUp((method) =>
    Promise.resolve(method === 'pipeline/get' ? { definition: named('theirs') } : {}),
  );
  await saver.elsewhere();
  expect(adopt).toHaveBeenCalledWith(named('theirs'));
  saver.changed(named('mine'));
  await saver.elsewhere();
  expect(saver.state.get()).toEqual({ type: 'conflict', theirs: named('theirs') });
  await vi.runAllTimersAsync();
  expect(call.mock.calls.some(([method]) => method === 'pipeline/save')).toBe(false);
  await saver.keepMine();
  expect(call.mock.calls.at(-1)).toEqual(['pipeline/save', { definition: named('mine') }]);
});
