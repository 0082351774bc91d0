import { QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, it, vi } from 'vitest';

import { createClient } from './client';
import { ApiError } from './error';
import { syncQueries } from './event-sync';
import { ClientContext, createQueryClient, useCall, useCallPages, useEvent, useMutate } from './query';
import type { ConnectionState, Envelope, Transport } from './transport';

function fake(answer: (method: string, params: unknown) => Promise<unknown>) {
  let say: (envelope: Envelope) => void = () => undefined;
  let turn: (state: ConnectionState) => void = () => undefined;
  const call = vi.fn(answer);
  const transport: Transport = {
    call,
    subscribe(onEnvelope, onState) {
      say = onEnvelope;
      turn = onState;
      return () => undefined;
    },
  };
  const client = createClient(transport);
  const queries = createQueryClient();
  syncQueries(client, queries);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ClientContext value={client}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </ClientContext>
  );
  return {
    client,
    call,
    wrapper,
    queries,
    say: (envelope: Envelope) => say(envelope),
    open: () => turn({ type: 'open' }),
  };
}

const page = (title: string, next?: string) => ({
  items: [{ id: title, title, updatedAt: 1 }],
  ...(next === undefined ? {} : { next }),
});

it('follows events before the first call goes out', async () => {
  const { client, call, open } = fake(async () => page('a'));
  const result = client.call('conversation/list', {});
  await Promise.resolve();
  expect(call).not.toHaveBeenCalled();
  open();
  await expect(result).resolves.toEqual(page('a'));
});

it('asks again for what an event made stale, and for everything after a resync', async () => {
  let count = 0;
  const { wrapper, open, say } = fake(async () => page(String((count += 1))));
  open();
  const { result } = renderHook(() => useCall('conversation/list', {}), { wrapper });
  await waitFor(() => expect(result.current.data?.items[0]?.title).toBe('1'));
  act(() => say({ id: '1-1', event: { type: 'conversation.removed', id: 'x' } }));
  await waitFor(() => expect(result.current.data?.items[0]?.title).toBe('2'));
  act(() => say({ id: '1-2', event: { type: 'resync' } }));
  await waitFor(() => expect(result.current.data?.items[0]?.title).toBe('3'));
});

it('gives an ApiError to who asked', async () => {
  const { wrapper, open } = fake(() => Promise.reject(new ApiError({ code: 'not_found', message: 'Gone.' })));
  open();
  const { result } = renderHook(() => useCall('conversation/list', {}), { wrapper });
  await waitFor(() => expect(result.current.error?.code).toBe('not_found'));
});

it('goes from page to page by the cursor', async () => {
  const { wrapper, open, call } = fake(async (_method, params) =>
    (params as { cursor?: string }).cursor === 'n' ? page('b') : page('a', 'n'),
  );
  open();
  const { result } = renderHook(() => useCallPages('conversation/list', {}), { wrapper });
  await waitFor(() => expect(result.current.items).toHaveLength(1));
  await act(() => result.current.fetchNextPage());
  await waitFor(() => expect(result.current.items.map(({ title }) => title)).toEqual(['a', 'b']));
  expect(call.mock.calls[1]?.[1]).toEqual({ cursor: 'n' });
  expect(result.current.hasNextPage).toBe(false);
});

it('shows a change at once and takes it back if it fails', async () => {
  const { wrapper, open } = fake(() => Promise.reject(new ApiError({ code: 'conflict', message: 'No.' })));
  open();
  const undo = vi.fn();
  const onFailed = vi.fn();
  const { result } = renderHook(() => useMutate('conversation/list', { optimistic: () => undo, onFailed }), {
    wrapper,
  });
  act(() => result.current.mutate({}));
  await waitFor(() => expect(undo).toHaveBeenCalledOnce());
  expect(onFailed.mock.calls[0]?.[0]).toMatchObject({ code: 'conflict' });
});

it('hands each event to who follows its type', () => {
  const { wrapper, say } = fake(async () => null);
  const heard = vi.fn();
  const { unmount } = renderHook(() => useEvent('conversation.removed', heard), { wrapper });
  say({ id: '1-1', event: { type: 'conversation.removed', id: 'x' } });
  expect(heard).toHaveBeenCalledWith({ type: 'conversation.removed', id: 'x' });
  unmount();
  say({ id: '1-2', event: { type: 'conversation.removed', id: 'y' } });
  expect(heard).toHaveBeenCalledOnce();
});

it('asks again what changed while its first answer was under way, without cutting that one off', async () => {
  const answers: ((page: unknown) => void)[] = [];
  const { wrapper, call, open, say } = fake(() => new Promise((resolve) => answers.push(resolve)));
  open();
  const { result } = renderHook(() => useCall('conversation/list', {}), { wrapper });
  await waitFor(() => expect(call).toHaveBeenCalledTimes(1));
  act(() => say({ id: '1-1', event: { type: 'conversation.removed', id: 'a' } }));
  act(() => say({ id: '1-2', event: { type: 'conversation.removed', id: 'b' } }));
  expect(call).toHaveBeenCalledTimes(1);
  act(() => answers[0]?.(page('before')));
  await waitFor(() => expect(call).toHaveBeenCalledTimes(2));
  expect(result.current.data).toEqual(page('before'));
  act(() => answers[1]?.(page('after')));
  await waitFor(() => expect(result.current.data).toEqual(page('after')));
});

it('asks everything again when the events come late', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    let count = 0;
    const { wrapper, open } = fake(async () => page(String((count += 1))));
    const { result } = renderHook(() => useCall('conversation/list', {}), { wrapper });
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    await waitFor(() => expect(result.current.data).toEqual(page('1')));
    act(open);
    await waitFor(() => expect(result.current.data).toEqual(page('2')));
  } finally {
    vi.useRealTimers();
  }
});
