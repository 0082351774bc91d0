/**
 * What each event does to the answers that the page holds, exhaustively: a new event type doesn't compile until it has its line here.
 * What an event carries whole goes into the answers at once (`applyEvent`); what it only names is asked again (`staleAfter`).
 * Messages are deliberately not here: chat holds them in a store of its own and follows them with `useEvent`.
 */
import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';

import type { Client, MethodName, Params } from './client';
import type { Job, RunView, StepRun } from './generated';
import { callKey } from './query';
import { applyRun } from './run-lists';
import type { AppEvent } from './transport';

/** All answers of a method, or those whose params hold these. */
export type Stale = { [M in MethodName]: { method: M; params?: Partial<Params<M>> } }[MethodName];

export function staleAfter(event: AppEvent): readonly Stale[] | 'everything' {
  switch (event.type) {
    case 'conversation.changed':
      return [
        { method: 'conversation/list' },
        { method: 'context/measure', params: { conversationId: event.conversation.id } },
      ];
    case 'conversation.removed':
      return [{ method: 'conversation/list' }];
    case 'message.changed':
      // While it is being written the window isn't measured again; its end counts.
      return event.message.status === 'running'
        ? []
        : [{ method: 'context/measure', params: { conversationId: event.message.conversationId } }];
    case 'message.delta':
    case 'message.progress':
      return [];
    case 'model.changed':
      return [
        { method: 'model/list' },
        { method: 'model/space' },
        { method: 'model/show' },
        { method: 'model/speed' },
        { method: 'model/evictions' },
      ];
    case 'ollama.changed':
      // The state is in the event.
      return [
        { method: 'model/list' },
        { method: 'model/space' },
        { method: 'ollama/log' },
        { method: 'system/doctor' },
      ];
    case 'provider.changed':
      return [
        { method: 'provider/list' },
        { method: 'provider/key-places' },
        { method: 'model/list' },
        { method: 'system/doctor' },
      ];
    case 'preset.changed':
      return [{ method: 'preset/list' }];
    case 'engine.changed':
      // Progress is in the event; only an end changes memory and models.
      return event.state.type === 'loading'
        ? []
        : [{ method: 'engine/state' }, { method: 'system/status' }, { method: 'model/list' }];
    case 'job.changed':
      if (event.job.state.status === 'running') return [];
      return [
        { method: 'job/list' },
        { method: 'model/speed' },
        // That one asks over the network: only after what may have changed its answer.
        ...(event.job.kind === 'model.pull' ? [{ method: 'model/updates' } as const] : []),
      ];
    case 'settings.changed':
      return [{ method: 'settings/get' }, { method: 'model/starters' }];
    case 'usage.changed':
      return [{ method: 'call/sum' }, { method: 'call/list' }];
    case 'pipeline.changed':
      return [
        { method: 'pipeline/list' },
        { method: 'pipeline/get', params: { id: event.id } },
        { method: 'pipeline/versions', params: { id: event.id } },
        { method: 'trigger/list' },
      ];
    case 'run.changed': {
      const { id, status } = event.run;
      const over = status === 'succeeded' || status === 'failed' || status === 'cancelled';
      // Lists are patched from the event itself, or asked again where it can't be said what became of them.
      return [
        { method: 'run/get', params: { id } },
        ...(over ? [{ method: 'pipeline/list' } as const, { method: 'run/kept' } as const] : []),
      ];
    }
    case 'run.removed':
      return [{ method: 'run/list' }, { method: 'pipeline/list' }, { method: 'run/kept' }];
    case 'step.changed': {
      const { scope, node } = event.step;
      // The list of steps is patched from the event itself.
      return [{ method: 'run/step', params: { id: event.runId, scope, node } }];
    }
    case 'run.asks':
      // What it is asked stands in the view; the run itself may be told of later, and otherwise.
      return [{ method: 'run/get', params: { id: event.run.id } }];
    case 'step.delta':
    case 'run.notice':
      return [];
    case 'trigger.changed':
      return [{ method: 'trigger/list' }];
    case 'webhook.changed':
      return [{ method: 'webhook/list' }, { method: 'webhook/deliveries' }];
    default:
      return unknownEvent(event);
  }
}

/** A newer server may say what this page has never heard of; then anything may have changed. */
function unknownEvent(_event: never): 'everything' {
  return 'everything';
}

/** Puts what the event carries into the answers that are already here. */
export function applyEvent(event: AppEvent, queries: QueryClient): void {
  if (event.type === 'engine.changed') {
    const { state } = event;
    queries.setQueryData(callKey('engine/state', {}), state);
    queries.setQueryData<{ engine: unknown }>(callKey('system/status', {}), (status) =>
      status === undefined ? undefined : { ...status, engine: state },
    );
  } else if (event.type === 'ollama.changed') {
    queries.setQueryData(callKey('ollama/state', {}), event.state);
  } else if (event.type === 'job.changed') {
    queries.setQueryData<Job[]>(callKey('job/list', {}), (jobs) => jobs && withJob(jobs, event.job));
  } else if (event.type === 'run.changed') {
    applyRun(event.run, queries);
  } else if (event.type === 'step.changed') {
    queries.setQueryData<RunView>(
      callKey('run/get', { id: event.runId }),
      (view) => view && withStep(view, event.step),
    );
  }
}

function withJob(jobs: readonly Job[], job: Job): Job[] {
  return jobs.some(({ id }) => id === job.id)
    ? jobs.map((other) => (other.id === job.id ? job : other))
    : [job, ...jobs];
}

function withStep(view: RunView, step: StepRun): RunView {
  const is = (other: StepRun) => other.scope === step.scope && other.node === step.node;
  const steps = view.steps.some(is) ? view.steps.map((other) => (is(other) ? step : other)) : [...view.steps, step];
  return { ...view, steps };
}

/**
 * Asks these again, and what is being asked right now once more when its answer has come: that answer may be from before. It is not
 * cut off for it, or a slow one would never come while events do. (The library lets a first answer stand that is under way.)
 */
function asker(queries: QueryClient): (queryKey: QueryKey) => void {
  const awaited = new Set<string>();
  const once = async (query: Query) => {
    if (awaited.has(query.queryHash)) return;
    awaited.add(query.queryHash);
    await query.promise?.catch(() => undefined);
    awaited.delete(query.queryHash);
    void queries.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: false });
  };
  return (queryKey) => {
    const underWay = queries.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' });
    void queries.invalidateQueries({ queryKey }, { cancelRefetch: false });
    for (const query of underWay) void once(query);
  };
}

/** Of events that come in a burst the first acts at once, the others together after this many milliseconds. */
const burstMs = 100;

export function syncQueries(client: Client, queries: QueryClient): () => void {
  const resting = new Map<string, { again: boolean; timer: ReturnType<typeof setTimeout> }>();
  const askAnew = asker(queries);

  const refresh = (stale: Stale) => {
    const queryKey = stale.params === undefined ? [stale.method] : [stale.method, stale.params];
    const name = JSON.stringify(queryKey);
    const rest = resting.get(name);
    if (rest) {
      rest.again = true;
      return;
    }
    askAnew(queryKey);
    const timer = setTimeout(() => {
      const again = resting.get(name)?.again === true;
      resting.delete(name);
      if (again) refresh(stale);
    }, burstMs);
    resting.set(name, { again: false, timer });
  };

  const stopEvents = client.onEvent((event) => {
    applyEvent(event, queries);
    const stale = staleAfter(event);
    if (stale === 'everything') askAnew([]);
    else stale.forEach(refresh);
  });
  const stopResync = client.onResync(() => askAnew([]));
  // What was asked while Web+ couldn't be opened was refused; nobody else says that it is worth asking again.
  let refused = false;
  const stopConnection = client.connection.subscribe(() => {
    const { type } = client.connection.get();
    if (type === 'open' && refused) askAnew([]);
    if (type !== 'connecting') refused = type === 'retrying';
  });
  return () => {
    stopEvents();
    stopResync();
    stopConnection();
    for (const { timer } of resting.values()) clearTimeout(timer);
    resting.clear();
  };
}
