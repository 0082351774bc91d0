import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Client } from '@/api/client';
import { ApiError } from '@/api/error';
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
  const saver = createSaver({ client, storage, saved: first, revision: 'r0', onSaved: () => undefined, adopt });
  return { saver, storage, adopt, call };
}

test('changes are saved together once nobody has changed anything for a moment', async () => {
  const { saver, call } = setUp(() => Promise.resolve({}));
  saver.changed(named('a'));
  saver.changed(named('ab'));
  expect(call).not.toHaveBeenCalled();
  await vi.runAllTimersAsync();
  expect(call).toHaveBeenCalledTimes(1);
  expect(call.mock.calls[0]?.[1]).toEqual({ definition: named('ab'), base: 'r0' });
  expect(saver.state.get()).toEqual({ type: 'saved' });
});

test('what couldn’t be saved stays in this window’s storage, and is brought back', async () => {
  const { saver, storage } = setUp(() => Promise.reject(new Error('no')));
  saver.changed(named('kept'));
  await vi.runAllTimersAsync();
  expect(saver.state.get().type).toBe('failed');
  expect(unsavedDraft(storage, 'p', first)).toEqual({ definition: named('kept'), base: 'r0' });
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
    Promise.resolve(method === 'pipeline/get' ? { definition: named('theirs'), revision: 'r1' } : { revision: 'r2' }),
  );
  await saver.elsewhere();
  expect(adopt).toHaveBeenCalledWith(named('theirs'), 'r1');
  saver.changed(named('mine'));
  await saver.elsewhere();
  expect(saver.state.get()).toEqual({ type: 'conflict', theirs: named('theirs'), revision: 'r1' });
  await vi.runAllTimersAsync();
  expect(call.mock.calls.some(([method]) => method === 'pipeline/save')).toBe(false);
  await saver.keepMine();
  expect(call.mock.calls.at(-1)).toEqual(['pipeline/save', { definition: named('mine'), base: 'r1' }]);
});

test('a save over what somebody else kept meanwhile asks, and loses nothing of either', async () => {
  let kept = { definition: named('theirs'), revision: 'r1' };
  const { saver, storage, call } = setUp((method, params) => {
    if (method === 'pipeline/get') return Promise.resolve(kept);
    const { base, definition } = params as { base: string; definition: Definition };
    if (base !== kept.revision) return Promise.reject(new ApiError({ code: 'conflict', message: 'Somebody else.' }));
    kept = { definition, revision: 'r2' };
    return Promise.resolve(kept);
  });
  saver.changed(named('mine'));
  await vi.runAllTimersAsync();
  expect(saver.state.get()).toEqual({ type: 'conflict', theirs: named('theirs'), revision: 'r1' });
  saver.changed(named('mine, more'));
  await vi.runAllTimersAsync();
  expect(kept.definition).toEqual(named('theirs'));
  expect(unsavedDraft(storage, 'p', first)).toEqual({ definition: named('mine, more'), base: 'r0' });
  await saver.keepMine();
  expect(kept.definition).toEqual(named('mine, more'));
  saver.changed(named('later'));
  await vi.runAllTimersAsync();
  expect(call.mock.calls.at(-1)).toEqual(['pipeline/save', { definition: named('later'), base: 'r2' }]);
  expect(saver.state.get()).toEqual({ type: 'saved' });
});

test('two who drew the same have no conflict', async () => {
  const { saver } = setUp((method) =>
    method === 'pipeline/get'
      ? Promise.resolve({ definition: named('same'), revision: 'r1' })
      : Promise.reject(new ApiError({ code: 'conflict', message: 'Somebody else.' })),
  );
  saver.changed(named('same'));
  await saver.flush();
  expect(saver.state.get()).toEqual({ type: 'saved' });
});
