/** The browser's door: calls are POSTs, events are one long streamed GET (not EventSource, which can't carry the token's header). */
import { isAbort, notOurs, refusal, unreachable } from './error';
import { SseParser } from './sse';
import type { TokenStore } from './token';
import { backOff, pause, type ConnectionState, type Envelope, type Transport } from './transport';
import { sendFile } from './upload';

export interface HttpOptions {
  token: TokenStore;
  /** "http://127.0.0.1:4321". */
  origin: string;
  fetch?: typeof fetch;
  random?: () => number;
  /** The server writes a comment at least every 15 s; after this much silence the line is dead (a laptop slept, say). */
  silenceMs?: number;
}

export function createHttpTransport(options: HttpOptions): Transport {
  return {
    call: (method, params, signal) => call(options, method, params, signal),
    subscribe(onEnvelope, onState) {
      const stop = new AbortController();
      void follow(options, stop.signal, onEnvelope, onState);
      return () => stop.abort();
    },
    upload: (file, upload) => sendFile(`${options.origin}/api/v1/files`, file, authorization(options.token), upload),
  };
}

async function call(options: HttpOptions, method: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await (options.fetch ?? fetch)(`${options.origin}/api/v1/rpc/${method}`, {
      method: 'POST',
      headers: { ...authorization(options.token), 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(params ?? {}),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: signal ?? null,
    });
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    throw unreachable(options.origin);
  }
  const text = await bodyText(response, options.origin);
  if (!response.ok) throw refusal(response.status, text, options.origin);
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw notOurs(options.origin);
  }
}

async function bodyText(response: Response, origin: string): Promise<string> {
  try {
    return await response.text();
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    throw unreachable(origin);
  }
}

async function follow(
  options: HttpOptions,
  stop: AbortSignal,
  onEnvelope: (envelope: Envelope) => void,
  onState: (state: ConnectionState) => void,
): Promise<void> {
  let lastId = '';
  let attempt = 0;
  let wish: number | undefined;
  onState({ type: 'connecting' });
  while (!stop.aborted) {
    const line = new AbortController();
    const end = () => line.abort();
    stop.addEventListener('abort', end);
    try {
      const response = await openStream(options, lastId, line.signal);
      if (response.status === 401) {
        onState({ type: 'unauthorized' });
        await tokenChange(options.token, stop);
        continue;
      }
      if (response.ok && response.body) {
        onState({ type: 'open' });
        const parser = new SseParser();
        for await (const text of chunks(response.body, options.silenceMs ?? 45_000, end)) {
          attempt = 0;
          for (const event of parser.push(text)) {
            const envelope = readEnvelope(event.data, event.id);
            lastId = envelope.id || lastId;
            onEnvelope(envelope);
          }
          // The stream says where it begins, so that one that breaks before its first event is taken up there.
          lastId = parser.lastId || lastId;
          wish = parser.retry ?? wish;
        }
      }
    } catch {
      // A broken line is the ordinary case here; what it says to the person is the state below.
    } finally {
      stop.removeEventListener('abort', end);
      line.abort();
    }
    if (stop.aborted) return;
    attempt += 1;
    onState({ type: 'retrying', attempt });
    await pause(Math.max(backOff(attempt, options.random), wish ?? 0), stop);
  }
}

function openStream(options: HttpOptions, lastId: string, signal: AbortSignal): Promise<Response> {
  return (options.fetch ?? fetch)(`${options.origin}/api/v1/events`, {
    headers: {
      ...authorization(options.token),
      Accept: 'text/event-stream',
      ...(lastId === '' ? {} : { 'Last-Event-ID': lastId }),
    },
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    signal,
  });
}

async function* chunks(body: ReadableStream<Uint8Array>, silenceMs: number, end: () => void): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let timer = setTimeout(end, silenceMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(end, silenceMs);
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => undefined);
  }
}

/** An event that can't be read may have been any: it counts as having missed some. */
function readEnvelope(data: string, id: string): Envelope {
  try {
    const parsed = JSON.parse(data) as Partial<Envelope> | null;
    if (typeof parsed?.event?.type === 'string') return { id: id || (parsed.id ?? ''), event: parsed.event };
  } catch {
    // Falls through to the resync.
  }
  return { id, event: { type: 'resync' } };
}

function tokenChange(token: TokenStore, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      unsubscribe();
      stop.removeEventListener('abort', done);
      resolve();
    };
    const unsubscribe = token.subscribe(done);
    stop.addEventListener('abort', done);
  });
}

function authorization(token: TokenStore): Record<string, string> {
  const value = token.get();
  return value === null ? {} : { Authorization: `Bearer ${value}` };
}
