import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ApiError } from './error';
import { createHttpTransport } from './http';
import type { TokenStore } from './token';
import type { ConnectionState, Envelope } from './transport';

import { createStore } from '@/lib/store';

const origin = 'http://127.0.0.1:4321';

function tokenStore(initial: string | null): TokenStore {
  const store = createStore(initial);
  return { get: store.get, set: (token) => store.set(token), subscribe: store.subscribe };
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

describe('a call', () => {
  const call = (answer: () => Promise<Response>, token: string | null = 'key') => {
    const fetch = vi.fn((_address: string | URL | Request, _init?: RequestInit) => answer());
    return {
      fetch,
      result: createHttpTransport({ token: tokenStore(token), origin, fetch }).call('conversation/list', {
        cursor: 'x',
      }),
    };
  };

  it('posts its params with the token and gives back the result', async () => {
    const { fetch, result } = call(async () => json(200, { items: [], next: null }));
    await expect(result).resolves.toEqual({ items: [], next: null });
    expect(fetch.mock.calls[0]?.[0]).toBe(`${origin}/api/v1/rpc/conversation/list`);
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({
      method: 'POST',
      body: '{"cursor":"x"}',
      credentials: 'omit',
      headers: { Authorization: 'Bearer key', 'Content-Type': 'application/json' },
    });
  });

  it('takes an empty answer for nothing', async () => {
    await expect(call(async () => new Response(null, { status: 204 })).result).resolves.toBeNull();
  });

  it('rejects with the server’s code, sentence, pause and trace', async () => {
    const body = { code: 'rate_limited', message: 'Wait a moment.', retryAfterMs: 1200, traceId: 't1' };
    await expect(call(async () => json(429, body)).result).rejects.toMatchObject({ ...body, name: 'ApiError' });
  });

  it('says that Web+ doesn’t answer where nothing does', async () => {
    const { result } = call(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(result).rejects.toBeInstanceOf(ApiError);
    await expect(result).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(origin) as string,
    });
  });

  it('names a web page that came in place of an answer', async () => {
    await expect(call(async () => new Response('<html>', { status: 200 })).result).rejects.toMatchObject({
      code: 'provider_bad_reply',
    });
    await expect(call(async () => new Response('<html>', { status: 502 })).result).rejects.toMatchObject({
      code: 'provider_bad_reply',
    });
  });

  it('lets an abort be an abort', async () => {
    const stopped = new DOMException('stopped', 'AbortError');
    await expect(call(() => Promise.reject(stopped)).result).rejects.toBe(stopped);
  });
});

describe('the events', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A server whose lines the test writes and cuts. */
  function server(token = tokenStore('key'), options: { silenceMs?: number } = {}) {
    const requests: Headers[] = [];
    const lines: ReadableStreamDefaultController<Uint8Array>[] = [];
    const refuse: number[] = [];
    const fetch = async (_address: string | URL | Request, init?: RequestInit) => {
      requests.push(new Headers(init?.headers));
      const status = refuse.shift();
      if (status !== undefined) return new Response(null, { status });
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          lines.push(controller);
          init?.signal?.addEventListener('abort', () => {
            try {
              controller.error(new DOMException('aborted', 'AbortError'));
            } catch {
              // Cut by the test already.
            }
          });
        },
      });
      return new Response(body, { status: 200 });
    };
    const envelopes: Envelope[] = [];
    const states: ConnectionState[] = [];
    const write = async (bytes: string | Uint8Array) => {
      lines.at(-1)?.enqueue(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
      await vi.advanceTimersByTimeAsync(0);
    };
    const transport = createHttpTransport({ token, origin, fetch, random: () => 0, ...options });
    const start = async () => {
      const stop = transport.subscribe(
        (envelope) => envelopes.push(envelope),
        (state) => states.push(state),
      );
      await vi.advanceTimersByTimeAsync(0);
      return stop;
    };
    return { requests, lines, refuse, envelopes, states, write, start, token };
  }

  it('come as envelopes with their ids', async () => {
    const { start, write, envelopes, states, requests } = server();
    const stop = await start();
    expect(requests[0]?.get('authorization')).toBe('Bearer key');
    expect(requests[0]?.has('last-event-id')).toBe(false);
    expect(states).toEqual([{ type: 'connecting' }, { type: 'open' }]);
    await write('id: 5-1\ndata: {"id":"5-1","event":{"type":"conversation.changed","id":"c"}}\n\n');
    expect(envelopes).toEqual([{ id: '5-1', event: { type: 'conversation.changed', id: 'c' } }]);
    stop();
  });

  it('go on after a break from the last id that was seen', async () => {
    const { start, write, lines, requests, states } = server();
    const stop = await start();
    await write('id: 5-8\ndata: {"id":"5-8","event":{"type":"conversation.changed","id":"c"}}\n\nid: 5-9\ndata: {"cut');
    lines[0]?.error(new TypeError('network error'));
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toEqual({ type: 'retrying', attempt: 1 });
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(125);
    expect(requests).toHaveLength(2);
    expect(requests[1]?.get('last-event-id')).toBe('5-8');
    expect(states.at(-1)).toEqual({ type: 'open' });
    stop();
  });

  it('go on from where the stream began when it breaks before its first event', async () => {
    const { start, write, lines, requests, envelopes } = server();
    const stop = await start();
    await write('id: 5-7\nretry: 1\n\n');
    expect(envelopes).toEqual([]);
    lines[0]?.close();
    await vi.advanceTimersByTimeAsync(125);
    expect(requests[1]?.get('last-event-id')).toBe('5-7');
    stop();
  });

  it('wait twice as long after each failure, and begin anew once something comes', async () => {
    const { start, write, lines, requests, refuse } = server();
    refuse.push(503, 503, 503);
    const stop = await start();
    await vi.advanceTimersByTimeAsync(125 + 250);
    expect(requests).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(499);
    expect(requests).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toHaveLength(4);
    await write(': hello\n\n');
    lines.at(-1)?.close();
    await vi.advanceTimersByTimeAsync(125);
    expect(requests).toHaveLength(5);
    stop();
  });

  it('keep a character that was cut between two reads', async () => {
    const { start, write, envelopes } = server();
    const stop = await start();
    const bytes = new TextEncoder().encode('data: {"id":"1-1","event":{"type":"conversation.changed","id":"é😀"}}\n\n');
    for (const byte of bytes) await write(Uint8Array.of(byte));
    expect(envelopes[0]?.event).toEqual({ type: 'conversation.changed', id: 'é😀' });
    stop();
  });

  it('that can’t be read count as missed', async () => {
    const { start, write, envelopes } = server();
    const stop = await start();
    await write('id: 1-2\ndata: {"id":\n\n');
    expect(envelopes).toEqual([{ id: '1-2', event: { type: 'resync' } }]);
    stop();
  });

  it('open a new line when the old one has gone silent', async () => {
    const { start, write, requests } = server(undefined, { silenceMs: 45_000 });
    const stop = await start();
    await vi.advanceTimersByTimeAsync(44_000);
    await write(': still here\n\n');
    await vi.advanceTimersByTimeAsync(44_999);
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1 + 125);
    expect(requests).toHaveLength(2);
    stop();
  });

  it('wait for a token where the server refuses, and go on with it', async () => {
    const { start, refuse, states, requests, token } = server(tokenStore(null));
    refuse.push(401);
    const stop = await start();
    expect(states.at(-1)).toEqual({ type: 'unauthorized' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toHaveLength(1);
    token.set('given');
    await vi.advanceTimersByTimeAsync(0);
    expect(requests[1]?.get('authorization')).toBe('Bearer given');
    expect(states.at(-1)).toEqual({ type: 'open' });
    stop();
  });

  it('end when nobody follows them', async () => {
    const { start, lines, requests } = server();
    const stop = await start();
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toHaveLength(1);
    expect(lines).toHaveLength(1);
  });
});
