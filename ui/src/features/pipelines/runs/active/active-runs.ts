/** The runs that aren't over, for the status bar; and what happened to them, for whoever says it. One to a client. */
import { useEffect, useMemo } from 'react';

import type { Client } from '@/api/client';
import type { Run, RunStatus } from '@/api/generated';
import { useClient } from '@/api/query';
import { createStore, useStore } from '@/lib/store';

import { isFinalRun } from '../state/words';
import { asked, noticeOf, type Notice } from './notices';

const unfinished: readonly RunStatus[] = ['running', 'waiting', 'paused', 'queued'];
/** The most of each state that are asked for; the bar counts, it doesn't list. */
const most = 100;

export class ActiveRuns {
  readonly runs = createStore<ReadonlyMap<string, Run>>(new Map());
  #client: Client;
  #listeners = new Set<(notice: Notice) => void>();

  constructor(client: Client) {
    this.#client = client;
    client.onEvent((event) => {
      if (event.type === 'run.changed') this.#take(event.run);
      else if (event.type === 'run.asks') this.#say(asked(event));
      else if (event.type === 'run.removed') this.#put(new Map(), [event.id]);
    });
    client.onResync(() => void this.load());
    void this.load();
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async load(): Promise<void> {
    const before = this.runs.get();
    const pages = await Promise.all(
      unfinished.map((status) => this.#client.call('run/list', { status, limit: most })),
    ).catch(() => null);
    if (!pages) return;
    const found = new Map(pages.flatMap(({ items }) => items).map((run) => [run.id, run]));
    // What events said since it was asked is newer.
    for (const [id, run] of this.runs.get()) {
      const answer = found.get(id);
      if (before.get(id) !== run && (answer?.seq ?? 0) <= run.seq) found.set(id, run);
    }
    this.runs.set(found);
  }

  #take(run: Run): void {
    const before = this.runs.get().get(run.id);
    if (before && run.seq < before.seq) return;
    const notice = noticeOf(before, run);
    if (isFinalRun(run.status)) this.#put(new Map(), [run.id]);
    else if (before?.status !== run.status || before.waitReason !== run.waitReason)
      this.#put(new Map([[run.id, run]]), []);
    if (notice) this.#say(notice);
  }

  #say(notice: Notice): void {
    for (const listener of [...this.#listeners]) listener(notice);
  }

  #put(added: ReadonlyMap<string, Run>, removed: readonly string[]): void {
    const now = this.runs.get();
    if (added.size === 0 && !removed.some((id) => now.has(id))) return;
    const next = new Map([...now, ...added]);
    for (const id of removed) next.delete(id);
    this.runs.set(next);
  }
}

const byClient = new WeakMap<Client, ActiveRuns>();

export function activeRunsOf(client: Client): ActiveRuns {
  let found = byClient.get(client);
  if (!found) byClient.set(client, (found = new ActiveRuns(client)));
  return found;
}

export interface ActiveCounts {
  running: number;
  /** That stand until somebody does something. */
  needs: number;
  queued: number;
  /** The only one of them, where there is only one. */
  single: Run | null;
}

export function countsOf(runs: Iterable<Run>): ActiveCounts {
  const all = [...runs];
  const needs = all.filter(
    ({ status, waitReason }) =>
      status === 'paused' || (status === 'waiting' && (waitReason === 'human' || waitReason === 'decision')),
  );
  const running = all.filter(({ status }) => status === 'running');
  return {
    running: running.length,
    needs: needs.length,
    queued: all.filter(({ status }) => status === 'queued').length,
    single: [...needs, ...running].length === 1 ? ([...needs, ...running][0] ?? null) : null,
  };
}

export function useActiveCounts(): ActiveCounts {
  const active = activeRunsOf(useClient());
  const runs = useStore(active.runs);
  return useMemo(() => countsOf(runs.values()), [runs]);
}

export function useNotices(listener: (notice: Notice) => void): void {
  const active = activeRunsOf(useClient());
  useEffect(() => active.onNotice(listener), [active, listener]);
}
