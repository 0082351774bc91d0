/** Typed calls and events over a transport. Events are followed before the first call goes out, so that none is missed. */
import { createStore, type Store } from '@/lib/store';

import { ApiError, isAbort, toApiError } from './error';
import type { Methods } from './generated';
import type { AppEvent, ConnectionState, Envelope, Transport, UploadOptions } from './transport';

export type MethodName = keyof Methods;
export type Params<M extends MethodName> = Methods[M]['params'];
export type Result<M extends MethodName> = Methods[M]['result'];

export interface Client {
  call<M extends MethodName>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>>;
  /** Sends a file; resolves to a handle for the method that takes it. */
  upload(file: File, options?: UploadOptions): Promise<string>;
  /** Called for every event as it comes, before queries are refetched; a resync is not an event (see `onResync`). */
  onEvent(listener: (event: AppEvent) => void): () => void;
  onResync(listener: () => void): () => void;
  readonly connection: Pick<Store<ConnectionState>, 'get' | 'subscribe'>;
  close(): void;
}

/** A server that takes longer to accept the subscription must not hold up the page. */
const patienceMs = 1_000;

export function createClient(transport: Transport): Client {
  const connection = createStore<ConnectionState>({ type: 'connecting' });
  const eventListeners = new Set<(event: AppEvent) => void>();
  const resyncListeners = new Set<() => void>();

  const deliver = ({ event }: Envelope) => {
    if (event.type === 'resync') for (const listener of [...resyncListeners]) listener();
    else for (const listener of [...eventListeners]) listener(event);
  };
  let settle: () => void = () => undefined;
  const subscribed = new Promise<void>((resolve) => (settle = resolve));
  // What is asked without events may be outdated before they come.
  let blind = false;
  const timer = setTimeout(() => {
    blind = true;
    settle();
  }, patienceMs);
  const unsubscribe = transport.subscribe(deliver, (state) => {
    connection.set(state);
    if (state.type === 'open') {
      clearTimeout(timer);
      if (blind) for (const listener of [...resyncListeners]) listener();
      blind = false;
    }
    if (state.type !== 'connecting') settle();
  });

  return {
    async call<M extends MethodName>(method: M, params: Params<M>, signal?: AbortSignal) {
      await subscribed;
      try {
        return (await transport.call(method, params, signal)) as Result<M>;
      } catch (thrown) {
        throw isAbort(thrown) ? thrown : toApiError(thrown);
      }
    },
    async upload(file, options = {}) {
      if (!transport.upload) {
        throw new ApiError({
          code: 'invalid_input',
          message: 'This window takes files by its own dialog. Choose the file with “Add a model file”.',
        });
      }
      return transport.upload(file, options);
    },
    onEvent: (listener) => added(eventListeners, listener),
    onResync: (listener) => added(resyncListeners, listener),
    connection,
    close() {
      clearTimeout(timer);
      settle();
      unsubscribe();
    },
  };
}

function added<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => set.delete(item);
}
