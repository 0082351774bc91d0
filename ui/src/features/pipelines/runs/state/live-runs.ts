/** The runs that were opened lately stay open, so that going back to one is instant; all of them follow one line of events. */
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';

import type { Client } from '@/api/client';
import type { StepRun } from '@/api/generated';
import { useClient } from '@/api/query';
import type { AppEvent } from '@/api/transport';

import { LiveRun } from './live-run';
import type { Streamed } from './streamed';

const kept = 6;
const byClient = new WeakMap<Client, LiveRuns>();

class LiveRuns {
  #client: Client;
  #open = new Map<string, LiveRun>();

  constructor(client: Client) {
    this.#client = client;
    client.onEvent((event) => this.#take(event));
    client.onResync(() => {
      for (const run of this.#open.values()) run.outdated();
    });
  }

  open(id: string): LiveRun {
    const found = this.#open.get(id) ?? this.#begin(id);
    // The order of the map is the order of use.
    this.#open.delete(id);
    this.#open.set(id, found);
    for (const [oldest] of this.#open) {
      if (this.#open.size <= kept) break;
      this.#open.delete(oldest);
    }
    return found;
  }

  #begin(id: string): LiveRun {
    const client = this.#client;
    const run = new LiveRun({
      fetch: () => client.call('run/get', { id }),
      async fetchScope(scope) {
        const steps: StepRun[] = [];
        for (let cursor: string | undefined; ;) {
          const page = await client.call('run/steps', { id, scope, ...(cursor === undefined ? {} : { cursor }) });
          steps.push(...page.items);
          if (page.next === undefined) return steps;
          cursor = page.next;
        }
      },
    });
    void run.load();
    return run;
  }

  #take(event: AppEvent): void {
    switch (event.type) {
      case 'run.changed':
        return this.#open.get(event.run.id)?.takeRun(event.run);
      case 'step.changed':
        return this.#open.get(event.runId)?.takeStep(event.step);
      case 'step.delta':
        return this.#open.get(event.runId)?.takeDelta(event.scope, event.node, event);
    }
  }
}

function liveRunsOf(client: Client): LiveRuns {
  let found = byClient.get(client);
  if (!found) byClient.set(client, (found = new LiveRuns(client)));
  return found;
}

export function useLiveRun(id: string): LiveRun {
  const client = useClient();
  const live = useMemo(() => liveRunsOf(client).open(id), [client, id]);
  useEffect(() => {
    // One that was opened before may have been left out of events since: the most kept ones are few.
    if (live.around.get() !== null) void live.load();
  }, [live]);
  return live;
}

export function useStep(live: LiveRun, key: string): StepRun | undefined {
  const subscribe = useCallback((listener: () => void) => live.followStep(key, listener), [live, key]);
  return useSyncExternalStore(subscribe, () => live.step(key));
}

export function useText(live: LiveRun, key: string): Streamed | undefined {
  const subscribe = useCallback((listener: () => void) => live.followText(key, listener), [live, key]);
  return useSyncExternalStore(subscribe, () => live.text(key));
}
