/**
 * Every state that a definition had while it was edited, to go back and forth in. A definition is never changed, only followed by
 * another, so that a state costs what differs. Moves of the same thing, one right after the other, are one step back.
 */
import type { Definition } from '../../shared/definition';

export interface Entry {
  definition: Definition;
  /** What made it of the one before: "Add Prompt". */
  label: string;
  /** Changes with the same key that follow each other count as one: typing into one field. */
  merge?: string;
}

export interface History {
  past: readonly Entry[];
  now: Entry;
  future: readonly Entry[];
}

const most = 200;

export const begin = (definition: Definition): History => ({ past: [], now: { definition, label: '' }, future: [] });

export function commit(history: History, definition: Definition, label: string, merge?: string): History {
  if (definition === history.now.definition) return history;
  const now: Entry = { definition, label, ...(merge === undefined ? {} : { merge }) };
  if (merge !== undefined && history.now.merge === merge && history.past.length > 0) {
    return { past: history.past, now, future: [] };
  }
  return { past: [...history.past, history.now].slice(-most), now, future: [] };
}

/** The next change is a step of its own, whatever its key. */
export function seal(history: History): History {
  if (history.now.merge === undefined) return history;
  const { merge: _merge, ...now } = history.now;
  return { ...history, now };
}

export function undo(history: History): History {
  const before = history.past.at(-1);
  if (!before) return history;
  return { past: history.past.slice(0, -1), now: before, future: [seal(history).now, ...history.future] };
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  if (!next) return history;
  return { past: [...history.past, history.now], now: next, future };
}

export const undoLabel = (history: History): string | null => (history.past.length > 0 ? history.now.label : null);
export const redoLabel = (history: History): string | null => history.future[0]?.label ?? null;
