/**
 * Keeps what is drawn. A change is in this window's storage at once and in the database a moment later; what was saved by somebody
 * else meanwhile is never written over without a word.
 */
import type { Client } from '@/api/client';
import { toApiError, type ApiError } from '@/api/error';
import type { WindowStorage } from '@/lib/storage';
import { createStore, type Store } from '@/lib/store';

import type { Definition } from '../../shared/definition';
import type { PipelineView } from '@/api/generated';

export type SaveState =
  | { type: 'saved' }
  | { type: 'changed' }
  | { type: 'saving' }
  | { type: 'failed'; error: ApiError }
  /** Somebody else saved `theirs` while this window had changes of its own; `revision` names it. */
  | { type: 'conflict'; theirs: unknown; revision: string };

/** Milliseconds of rest before a change goes to the database. */
const restMs = 600;

export interface Saver {
  state: Pick<Store<SaveState>, 'get' | 'subscribe'>;
  /** There is a newer definition. */
  changed(definition: Definition): void;
  /** Writes what isn't written; resolves when the newest is kept, or rejects with why it isn't. */
  flush(label?: string): Promise<void>;
  /** Somebody saved this pipeline: perhaps this window. `adopt` is called with what is new and not in conflict. */
  elsewhere(): Promise<void>;
  /** Ends a conflict: this window's definition is kept. */
  keepMine(): Promise<void>;
  /** Ends a conflict, or a fear of one: that one, kept as `revision`, counts as saved. */
  took(definition: Definition, revision?: string): void;
  stop(): void;
}

export interface SaverOptions {
  client: Client;
  storage: WindowStorage;
  saved: Definition;
  /** What is kept when this window opens it. */
  revision: string;
  onSaved: (view: PipelineView) => void;
  adopt: (definition: unknown, revision: string) => void;
}

export const draftKey = (id: string): string => `pipeline.draft.${id}`;

export function createSaver({ client, storage, saved: first, revision: opened, onSaved, adopt }: SaverOptions): Saver {
  const state = createStore<SaveState>({ type: 'saved' });
  const key = draftKey(first.id);
  let newest = first;
  let saved: Definition = first;
  let revision = opened;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let flight: Promise<void> | null = null;
  let stopped = false;

  const write = async (label?: string): Promise<void> => {
    const sent = newest;
    state.set({ type: 'saving' });
    try {
      const view = await client.call('pipeline/save', {
        definition: sent,
        base: revision,
        ...(label === undefined ? {} : { label }),
      });
      saved = sent;
      revision = view.revision;
      if (newest === sent) {
        storage.set(key, '');
        state.set({ type: 'saved' });
      } else state.set({ type: 'changed' });
      onSaved(view);
    } catch (thrown) {
      const error = toApiError(thrown);
      if (error.code !== 'conflict') state.set({ type: 'failed', error });
      else await compare(error);
      if (state.get().type !== 'saved') throw error;
    }
  };
  /** What is kept isn't what this was drawn over: whoever draws here decides, unless both say the same. */
  const compare = async (error: ApiError): Promise<void> => {
    try {
      const view = await client.call('pipeline/get', { id: first.id });
      if (!equal(view.definition, newest)) {
        // What this was drawn over stays what it was until somebody decides, also for the window that opens it after this one.
        state.set({ type: 'conflict', theirs: view.definition, revision: view.revision });
        return;
      }
      revision = view.revision;
      saved = newest;
      storage.set(key, '');
      state.set({ type: 'saved' });
      onSaved(view);
    } catch {
      state.set({ type: 'failed', error });
    }
  };
  const flush = async (label?: string): Promise<void> => {
    clearTimeout(timer);
    if (flight) await flight.catch(() => undefined);
    if (state.get().type === 'conflict') return;
    if (newest === saved && label === undefined) return;
    flight = write(label).finally(() => (flight = null));
    await flight;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void flush().catch(() => undefined), restMs);
  };

  return {
    state,
    changed(definition) {
      if (definition === newest) return;
      newest = definition;
      storage.set(key, JSON.stringify({ base: revision, definition }));
      if (state.get().type === 'conflict' || stopped) return;
      if (state.get().type !== 'saving') state.set({ type: 'changed' });
      later();
    },
    flush,
    async elsewhere() {
      // What this window is writing now is what the event is about, most likely; after it, what is kept is looked at.
      if (flight) await flight.catch(() => undefined);
      const view = await client.call('pipeline/get', { id: first.id });
      if (equal(view.definition, saved) || equal(view.definition, newest)) {
        // The same words, perhaps kept anew: the next save is made from those.
        revision = view.revision;
        return;
      }
      if (newest === saved) adopt(view.definition, view.revision);
      else {
        clearTimeout(timer);
        state.set({ type: 'conflict', theirs: view.definition, revision: view.revision });
      }
    },
    async keepMine() {
      const now = state.get();
      if (now.type !== 'conflict') return;
      // From now on it is drawn over theirs, knowingly.
      revision = now.revision;
      state.set({ type: 'changed' });
      await flush();
    },
    took(definition, kept) {
      clearTimeout(timer);
      if (kept !== undefined) revision = kept;
      newest = definition;
      saved = definition;
      storage.set(key, '');
      state.set({ type: 'saved' });
    },
    stop() {
      stopped = true;
      void flush().catch(() => undefined);
    },
  };
}

export interface Draft {
  definition: unknown;
  /** What it was drawn over; when that is kept no longer, saving it is a conflict. */
  base: string | undefined;
}

/** What this window had not yet brought to the database when it ended, if that differs from what is there. */
export function unsavedDraft(storage: WindowStorage, id: string, kept: unknown): Draft | undefined {
  const text = storage.get(draftKey(id));
  if (text === null || text === '') return undefined;
  try {
    const { definition, base } = JSON.parse(text) as Partial<Draft>;
    return definition === undefined || equal(definition, kept) ? undefined : { definition, base };
  } catch {
    return undefined;
  }
}

/** As JSON, whatever the order of keys. */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [entriesOf(a), entriesOf(b)];
  if (left.length !== right.length) return false;
  const other = new Map(right);
  return left.every(([key, value]) => other.has(key) && equal(value, other.get(key)));
}

const entriesOf = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, one]) => one !== undefined) as [string, unknown][];
