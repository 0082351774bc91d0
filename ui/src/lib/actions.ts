/**
 * Everything a person can do from the keyboard, in one registry: the palette lists it, the shortcuts dialog explains it,
 * one listener on the window runs it. A feature adds to it with `useActions` while it is on the page.
 */
import { useEffect, useRef, type ComponentType } from 'react';

import { hasModifier, matchesShortcut, type Shortcut } from './shortcut';
import { createStore, useStore } from './store';

export interface Action {
  /** "chat.new": unique; of two with one id, the one registered last counts. */
  id: string;
  /** A verb first: "New chat". */
  title: string;
  /** The heading it stands under: "Chat", "Go to", "Appearance". */
  section: string;
  /** Other words that people may look for. */
  keywords?: string;
  shortcut?: Shortcut;
  icon?: ComponentType<{ className?: string }>;
  run: () => void;
  /** Reached by its shortcut only. */
  hidden?: boolean;
  /** Also runs while a dialog is open. */
  inDialogs?: boolean;
  /** Of the whole window: there at every place, and gives way to a place that has an action of its own for its id or keys. */
  everywhere?: boolean;
}

/** A key that a place handles by itself, for the shortcuts dialog only. */
export interface ShortcutNote {
  title: string;
  section: string;
  shortcut: Shortcut;
}

/** Answers to what is typed in the palette: conversations, models. */
export interface ActionSource {
  id: string;
  /** At most a handful, best first; it is called for every change of the text and aborted by the next. */
  search: (text: string, signal: AbortSignal) => Promise<Action[]>;
}

const actions = createStore<readonly Action[]>([]);
const notes = createStore<readonly ShortcutNote[]>([]);
const sources = createStore<readonly ActionSource[]>([]);

export const allActions = (): readonly Action[] => distinct(actions.get());
export const useAllActions = (): readonly Action[] => distinct(useStore(actions));
export const useShortcutNotes = (): readonly ShortcutNote[] => useStore(notes);
export const useActionSources = (): readonly ActionSource[] => useStore(sources);

export function registerActions(added: readonly Action[]): () => void {
  // What comes later counts; a place may well have been there before the frame around it.
  const frame = added.filter(({ everywhere }) => everywhere === true);
  const place = added.filter(({ everywhere }) => everywhere !== true);
  actions.set([...frame, ...actions.get(), ...place]);
  return () => actions.set(actions.get().filter((action) => !added.includes(action)));
}

export function registerShortcutNotes(added: readonly ShortcutNote[]): () => void {
  notes.set([...notes.get(), ...added]);
  return () => notes.set(notes.get().filter((note) => !added.includes(note)));
}

export function registerActionSource(source: ActionSource): () => void {
  sources.set([...sources.get(), source]);
  return () => sources.set(sources.get().filter((other) => other !== source));
}

/** Offers actions while the component is mounted. The list may be made anew at each render: only its words matter. */
export function useActions(offered: readonly Action[]): void {
  const latest = useRef(offered);
  useEffect(() => {
    latest.current = offered;
  });
  const words = JSON.stringify(offered.map(({ run: _run, icon: _icon, ...rest }) => rest));
  useEffect(
    () =>
      registerActions(latest.current.map((action, index) => ({ ...action, run: () => latest.current[index]?.run() }))),
    [words],
  );
}

/** The one listener. Later actions win, so that what is on top of the page takes the key. */
export function runShortcut(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const typing = isTyping(event.target);
  const inDialog = document.querySelector('[data-modal]') !== null;
  const action = [...actions.get()]
    .reverse()
    .find(
      ({ shortcut, inDialogs }) =>
        shortcut !== undefined &&
        (!inDialog || inDialogs === true) &&
        (!typing || hasModifier(shortcut)) &&
        matchesShortcut(shortcut, event),
    );
  if (!action) return false;
  event.preventDefault();
  action.run();
  return true;
}

/** Runs what a shortcut stands for, as if its keys had been pressed: for the window's own menu. */
export function runByShortcut(shortcut: Shortcut): boolean {
  const inDialog = document.querySelector('[data-modal]') !== null;
  const action = [...actions.get()]
    .reverse()
    .find((candidate) => candidate.shortcut === shortcut && (!inDialog || candidate.inDialogs === true));
  action?.run();
  return action !== undefined;
}

/** Those whose words hold all typed words; a title that begins with them comes first. */
export function filterActions(list: readonly Action[], text: string): Action[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (action: Action): number => {
    const title = action.title.toLowerCase();
    const all = `${title} ${action.section.toLowerCase()} ${action.keywords?.toLowerCase() ?? ''}`;
    if (!words.every((word) => all.includes(word))) return -1;
    if (title.startsWith(words.join(' '))) return 3;
    return words.every((word) => title.split(/\s+/).some((part) => part.startsWith(word))) ? 2 : 1;
  };
  return list
    .map((action) => ({ action, rank: words.length === 0 ? 0 : rank(action) }))
    .filter((entry) => entry.rank >= 0 && entry.action.hidden !== true)
    .sort((a, b) => b.rank - a.rank)
    .map((entry) => entry.action);
}

function distinct(list: readonly Action[]): readonly Action[] {
  return [...new Map(list.map((action) => [action.id, action])).values()];
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement ||
      (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)))
  );
}
