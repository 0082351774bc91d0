import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { createStore } from '@/lib/store';

import type { Client } from './client';
import { applyEvent, staleAfter, syncQueries } from './event-sync';
import type { Job } from './generated';
import { callKey, createQueryClient } from './query';
import type { AppEvent, ConnectionState } from './transport';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const job = (status: Job['state']['status'], completed = 0): Job => ({
  id: 'j1',
  kind: 'model.download',
  title: 'A model',
  payload: null,
  state: { status, completed, total: 10 },
  createdAt: 1,
  updatedAt: 1,
});

it('asks again for what an event only names', () => {
  const methods = (event: AppEvent) => [staleAfter(event)].flat().map((stale) => (stale as { method: string }).method);
  expect(methods({ type: 'provider.changed' })).toContain('provider/list');
  expect(methods({ type: 'settings.changed' })).toContain('model/starters');
  expect(methods({ type: 'usage.changed' })).toContain('call/sum');
  expect(methods({ type: 'conversation.removed', id: 'c' })).toEqual(['conversation/list']);
});

it('asks nothing again while something only goes on', () => {
  expect(staleAfter({ type: 'job.changed', job: job('running') })).toEqual([]);
  expect(staleAfter({ type: 'engine.changed', state: { type: 'loading', model: 'a/b', progress: 0.4 } })).toEqual([]);
});

it('takes an event that it has never heard of as a reason to ask everything', () => {
  expect(staleAfter({ type: 'moon.changed' } as unknown as AppEvent)).toBe('everything');
});

it('puts what an event carries into the answers that are here, and nowhere else', () => {
  const queries = createQueryClient();
  applyEvent({ type: 'job.changed', job: job('running', 3) }, queries);
  expect(queries.getQueryData(callKey('job/list', {}))).toBeUndefined();
  queries.setQueryData(callKey('job/list', {}), []);
  applyEvent({ type: 'job.changed', job: job('running', 3) }, queries);
  applyEvent({ type: 'job.changed', job: job('running', 7) }, queries);
  expect(queries.getQueryData<Job[]>(callKey('job/list', {}))?.map(({ state }) => state.completed)).toEqual([7]);
  queries.setQueryData(callKey('system/status', {}), { version: '1', engine: { type: 'stopped' } });
  applyEvent({ type: 'engine.changed', state: { type: 'loading', model: 'a/b', progress: 0.5 } }, queries);
  expect(queries.getQueryData(callKey('system/status', {}))).toMatchObject({ version: '1', engine: { progress: 0.5 } });
});

it('answers a burst of events at once and then once more', () => {
  let say: (event: AppEvent) => void = () => undefined;
  const client = {
    onEvent(listener: (event: AppEvent) => void) {
      say = listener;
      return () => undefined;
    },
    onResync: () => () => undefined,
    connection: createStore<ConnectionState>({ type: 'open' }),
  } as unknown as Client;
  const queries = createQueryClient();
  const invalidate = vi.spyOn(queries, 'invalidateQueries').mockResolvedValue();
  const stop = syncQueries(client, queries);
  for (let times = 0; times < 20; times += 1) say({ type: 'preset.changed' });
  expect(invalidate).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(invalidate).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect(invalidate).toHaveBeenCalledTimes(2);
  stop();
});

it('asks everything anew once Web+ can be opened that couldn’t', () => {
  const connection = createStore<ConnectionState>({ type: 'connecting' });
  const client = { onEvent: () => () => undefined, onResync: () => () => undefined, connection } as unknown as Client;
  const queries = createQueryClient();
  const invalidate = vi.spyOn(queries, 'invalidateQueries').mockResolvedValue();
  const stop = syncQueries(client, queries);
  connection.set({ type: 'open' });
  expect(invalidate).not.toHaveBeenCalled();
  connection.set({ type: 'retrying', attempt: 1 });
  connection.set({ type: 'connecting' });
  expect(invalidate).not.toHaveBeenCalled();
  connection.set({ type: 'open' });
  expect(invalidate).toHaveBeenCalledTimes(1);
  stop();
});
