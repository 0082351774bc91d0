import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, expect, it, vi } from 'vitest';

import { createTauriTransport } from './tauri';
import type { Envelope } from './transport';

afterEach(clearMocks);

it('calls the shell’s rpc command and passes its refusal on', async () => {
  mockIPC((command, payload) => {
    expect(command).toBe('rpc');
    const { method, params } = payload as { method: string; params: unknown };
    // Tauri rejects with the command's error as a plain object.
    if (method === 'no/such') return Promise.reject({ code: 'not_found', message: 'No such method.', traceId: 't' });
    return { method, params };
  });
  const transport = createTauriTransport();
  await expect(transport.call('conversation/list', { a: 1 })).resolves.toEqual({
    method: 'conversation/list',
    params: { a: 1 },
  });
  await expect(transport.call('no/such', null)).rejects.toMatchObject({
    name: 'ApiError',
    code: 'not_found',
    traceId: 't',
  });
});

it('stops waiting at the abort', async () => {
  mockIPC(() => new Promise(() => undefined));
  const stop = new AbortController();
  const call = createTauriTransport().call('conversation/list', {}, stop.signal);
  stop.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
});

it('takes envelopes from the channel, one or many at a time, until it is ended', async () => {
  const commands: string[] = [];
  let channel: { onmessage: (message: unknown) => void } | undefined;
  mockIPC((command, payload) => {
    commands.push(command);
    if (command === 'subscribe') channel = (payload as { channel: typeof channel }).channel;
    return 3;
  });
  const heard: Envelope[] = [];
  const onState = vi.fn();
  const stop = createTauriTransport().subscribe((envelope) => heard.push(envelope), onState);
  await vi.waitFor(() => expect(onState).toHaveBeenLastCalledWith({ type: 'open' }));
  const envelope = (id: string) => ({ id, event: { type: 'resync' } });
  channel?.onmessage(envelope('1-1'));
  channel?.onmessage([envelope('1-2'), envelope('1-3')]);
  expect(heard.map(({ id }) => id)).toEqual(['1-1', '1-2', '1-3']);
  stop();
  expect(commands).toEqual(['subscribe', 'unsubscribe']);
  channel?.onmessage(envelope('1-4'));
  expect(heard).toHaveLength(3);
});
