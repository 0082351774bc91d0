/** How the page reaches the application. Two doors stand behind it, tauri.ts and http.ts; nobody else asks which. */
import type { Envelope as GeneratedEnvelope, Event as GeneratedEvent } from './generated';

/** Sent instead of an event when events were missed: everything on the page may be stale. */
export interface Resync {
  type: 'resync';
}

export type WireEvent = GeneratedEvent | Resync;
export type AppEvent = Exclude<GeneratedEvent, Resync>;

export interface Envelope extends Omit<GeneratedEnvelope, 'event'> {
  event: WireEvent;
}

export type ConnectionState =
  | { type: 'connecting' }
  | { type: 'open' }
  /** Lost; the next attempt is made by itself. `attempt` counts from 1, `reason` is Web+'s own sentence where it gave one. */
  | { type: 'retrying'; attempt: number; reason?: string }
  /** This page has no valid token; only a person can help. */
  | { type: 'unauthorized' };

export interface UploadOptions {
  /** Told while it is sent: 0 to 1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

export interface Transport {
  /** Rejects with an `ApiError`, or with an AbortError where `signal` ended it. */
  call(method: string, params: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Follows events until the returned function is called; comes back by itself after a break, from where it was. */
  subscribe(onEnvelope: (envelope: Envelope) => void, onState: (state: ConnectionState) => void): () => void;
  /** Sends a file and resolves to a handle that works once. Only where the page can't name files by handle: a browser. */
  upload?(file: File, options: UploadOptions): Promise<string>;
}

/** Milliseconds before the next attempt, counted from 1: 0.25 s doubling to 8 s, with jitter so that windows spread out. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(8_000, 250 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling * (0.5 + random() / 2));
}

/** Resolves after the time or at the abort, whichever is first. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
