/** The hooks that features use: `useCall` to read, `useMutate` to do, `useEvent` to follow. */
import {
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryKey,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from 'react';

import type { Client, MethodName, Params, Result } from './client';
import { unreachableCode, type ApiError } from './error';
import type { Page } from './generated';
import type { AppEvent, ConnectionState } from './transport';

/** Events say what is stale (event-sync.ts), so nothing goes stale by time, focus or reconnection. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 10 * 60_000,
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => failures < 2 && (error as ApiError).code === unreachableCode,
        retryDelay: (failures) => 300 * 2 ** failures,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient outside of ClientContext');
  return client;
}

/** The key of a method's answer; without params, of all its answers. */
export function callKey<M extends MethodName>(method: M, params?: Params<M>): QueryKey {
  return params === undefined ? [method] : [method, params];
}

export interface CallOptions<M extends MethodName> {
  enabled?: boolean;
  /** Shown until the first answer is there. */
  placeholder?: Result<M>;
  /** Keep showing the last answer while other params load. */
  keepPrevious?: boolean;
  /** Milliseconds; only for what no event announces. */
  refetchEvery?: number;
}

export function useCall<M extends MethodName>(
  method: M,
  params: Params<M>,
  { enabled = true, placeholder, keepPrevious = false, refetchEvery }: CallOptions<M> = {},
): UseQueryResult<Result<M>, ApiError> {
  const client = useClient();
  return useQuery<Result<M>, ApiError, Result<M>>({
    queryKey: callKey(method, params),
    queryFn: ({ signal }) => client.call(method, params, signal),
    enabled,
    refetchInterval: refetchEvery ?? false,
    placeholderData: ((previous: Result<M> | undefined) =>
      keepPrevious ? (previous ?? placeholder) : placeholder) as never,
  });
}

/** Asks before somebody does, so that the answer is there at once. */
export function prepareCall<M extends MethodName>(
  queries: QueryClient,
  client: Client,
  method: M,
  params: Params<M>,
): void {
  void queries.prefetchQuery({
    queryKey: callKey(method, params),
    queryFn: ({ signal }) => client.call(method, params, signal),
  });
}

type PageMethod = { [M in MethodName]: Result<M> extends Page<unknown> ? M : never }[MethodName];
type PagedMethod = {
  [M in MethodName]: Params<M> extends { cursor?: string } ? M : never;
}[MethodName] &
  PageMethod;
type Item<M extends PagedMethod> = Result<M> extends { items: (infer T)[] } ? T : never;

/** A list that goes on: `items` of all pages so far, and how to get more. The cursor goes into `params.cursor`. */
export function useCallPages<M extends PagedMethod>(
  method: M,
  params: Omit<Params<M>, 'cursor'>,
  { enabled = true } = {},
) {
  const client = useClient();
  const query = useInfiniteQuery<Result<M>, ApiError, { pages: Result<M>[] }, QueryKey, string | null>({
    queryKey: [method, params, 'pages'],
    queryFn: ({ signal, pageParam }) =>
      client.call(method, { ...params, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: null,
    getNextPageParam: (page) => (page as Page<unknown>).next,
    enabled,
  });
  return {
    ...query,
    items: (query.data?.pages ?? []).flatMap((page) => (page as unknown as { items: Item<M>[] }).items),
  };
}

export interface MutateOptions<M extends MethodName> {
  /** Shows the result before the answer; returns what takes it back if the call fails. */
  optimistic?: (params: Params<M>, queries: QueryClient) => (() => void) | undefined;
  onDone?: (result: Result<M>, params: Params<M>) => void;
  onFailed?: (error: ApiError, params: Params<M>) => void;
}

/** A verb. The truth follows by event, so nothing is invalidated here. */
export function useMutate<M extends MethodName>(
  method: M,
  { optimistic, onDone, onFailed }: MutateOptions<M> = {},
): UseMutationResult<Result<M>, ApiError, Params<M>, (() => void) | undefined> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationKey: [method],
    mutationFn: (params: Params<M>) => client.call(method, params),
    onMutate: (params: Params<M>) => optimistic?.(params, queries),
    onError: (error: ApiError, params, undo) => {
      undo?.();
      onFailed?.(error, params);
    },
    onSuccess: (result, params) => onDone?.(result, params),
  });
}

/** Calls `listener` for each event of these types while the component is mounted: for streams, which no query holds. */
export function useEvent<T extends AppEvent['type']>(
  types: T | readonly T[],
  listener: (event: Extract<AppEvent, { type: T }>) => void,
): void {
  const client = useClient();
  const latest = useRef({ types, listener });
  useEffect(() => {
    latest.current = { types, listener };
  });
  useEffect(
    () =>
      client.onEvent((event) => {
        const wanted: readonly string[] = [latest.current.types].flat();
        if (wanted.includes(event.type)) latest.current.listener(event as Extract<AppEvent, { type: T }>);
      }),
    [client],
  );
}

export function useConnection(): ConnectionState {
  const { connection } = useClient();
  return useSyncExternalStore(connection.subscribe, connection.get);
}
