/** The desktop's door: Tauri's commands `rpc`, `subscribe` and `unsubscribe`, events through one channel. */
import { Channel, invoke } from '@tauri-apps/api/core';

import { isErrorBody, toApiError } from './error';
import { backOff, pause, type ConnectionState, type Envelope, type Transport } from './transport';

export function createTauriTransport(): Transport {
  return {
    async call(method, params, signal) {
      signal?.throwIfAborted();
      try {
        // A command can't be called back; the page stops waiting for it.
        return await untilAbort(invoke('rpc', { method, params: params ?? {} }), signal);
      } catch (thrown) {
        if (signal?.aborted) throw thrown;
        throw toApiError(thrown);
      }
    },
    subscribe(onEnvelope, onState) {
      const stop = new AbortController();
      void follow(stop.signal, onEnvelope, onState);
      return () => stop.abort();
    },
  };
}

async function follow(
  stop: AbortSignal,
  onEnvelope: (envelope: Envelope) => void,
  onState: (state: ConnectionState) => void,
): Promise<void> {
  const channel = new Channel<Envelope | Envelope[]>();
  // The shell may hand over what gathered during one frame as a list.
  channel.onmessage = (message) => {
    if (stop.aborted) return;
    for (const envelope of Array.isArray(message) ? message : [message]) onEnvelope(envelope);
  };
  onState({ type: 'connecting' });
  for (let attempt = 1; !stop.aborted; attempt += 1) {
    try {
      const subscription = await invoke('subscribe', { after: null, channel });
      const end = () => void invoke('unsubscribe', { subscription }).catch(() => undefined);
      if (stop.aborted) return end();
      stop.addEventListener('abort', end, { once: true });
      return onState({ type: 'open' });
    } catch (thrown) {
      onState(
        isErrorBody(thrown) ? { type: 'retrying', attempt, reason: thrown.message } : { type: 'retrying', attempt },
      );
      await pause(backOff(attempt), stop);
    }
  }
}

function untilAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
