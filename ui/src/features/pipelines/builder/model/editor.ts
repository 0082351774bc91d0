/** One open pipeline: what is drawn, what is chosen, what is wrong with it. Everything that edits goes through `edit`. */
import type { Client } from '@/api/client';
import { isAbort } from '@/api/error';
import type { WindowStorage } from '@/lib/storage';
import { createStore, type Store } from '@/lib/store';

import type { Fault } from '../../shared/api';
import { readDefinition, type Definition } from '../../shared/definition';
import { sceneOf, type Kinds, type Scene } from '../../shared/scene';
import type { StepState, StepStates } from '../../shared/step-states';
import type { PipelineRequires as Requires, PipelineView } from '@/api/generated';
import { begin, commit, redo, seal, undo, type History } from './history';
import { withPlaces } from './layout';
import { createSaver, unsavedDraft, type Saver } from './saving';

export interface Chosen {
  nodes: readonly string[];
  lines: readonly string[];
}

export interface EditorState {
  history: History;
  definition: Definition;
  scene: Scene;
  chosen: Chosen;
  faults: readonly Fault[];
  requires: Requires;
  /** The faults are those of this very definition. */
  checked: boolean;
  /** What was said last, for those who hear the page, and for the line below the canvas. */
  notice: { text: string; tone: 'info' | 'danger'; round: number } | null;
  /** What the database knows about it beside the definition. */
  view: PipelineView;
}

export interface Editor {
  id: string;
  kinds: Kinds;
  store: Pick<Store<EditorState>, 'get' | 'subscribe'>;
  saver: Saver;
  /** Faults, pins and the last run's states, by step. */
  states: Store<StepStates>;
  client: Client;
  edit(label: string, change: (definition: Definition) => Definition, merge?: string): void;
  /** The next change is a step of its own. */
  seal(): void;
  undo(): void;
  redo(): void;
  choose(chosen: Partial<Chosen>): void;
  say(text: string, tone?: 'info' | 'danger'): void;
  /** Sees what somebody else saved, as `revision`. */
  take(definition: unknown, revision: string): void;
  /** What a run or a test says of the steps. */
  show(run: ReadonlyMap<string, StepState>): void;
  setView(view: PipelineView): void;
  /** What is around the pipeline changed (models, secrets): it is looked at again. */
  look(): void;
  /** Begins to save and to check; returns what ends it. */
  start(): () => void;
  /** Whether something was brought back that a window before had not saved. */
  restored: boolean;
}

/** Milliseconds of rest before what is drawn is checked. */
const checkMs = 250;
const nothingChosen: Chosen = { nodes: [], lines: [] };

export interface EditorOptions {
  client: Client;
  storage: WindowStorage;
  view: PipelineView;
  kinds: Kinds;
}

/** Null where what is kept can't be drawn: then only its text can be edited. */
export function createEditor({ client, storage, view, kinds }: EditorOptions): Editor | null {
  const read = readDefinition(view.definition);
  if ('problem' in read) return null;
  const kept = withPlaces(read.definition, kinds);
  const left = unsavedDraft(storage, view.id, read.definition);
  const draft = readDefinition(left?.definition);
  const restored = 'definition' in draft;
  let history = begin(kept);
  if (restored) history = commit(history, withPlaces(draft.definition, kinds), 'Bring back what wasn’t saved');
  const first = history.now.definition;
  const store = createStore<EditorState>({
    history,
    definition: first,
    scene: sceneOf(first, kinds),
    chosen: nothingChosen,
    faults: view.faults,
    requires: view.requires,
    checked: !restored,
    notice: null,
    view,
  });
  const states = createStore<StepStates>(new Map());
  let run: ReadonlyMap<string, StepState> = new Map();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | null = null;

  const patch = (changes: Partial<EditorState>) => store.set({ ...store.get(), ...changes });
  const mark = () => states.set(marksOf(store.get(), run));
  const check = async () => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const { definition } = store.get();
    try {
      const { faults, requires } = await client.call('pipeline/validate', { definition }, mine.signal);
      if (store.get().definition !== definition) return;
      patch({ faults, requires, checked: true });
      mark();
    } catch (thrown) {
      if (!isAbort(thrown)) patch({ checked: false });
    }
  };
  const saver = createSaver({
    client,
    storage,
    saved: kept,
    revision: (restored ? left?.base : undefined) ?? view.revision,
    onSaved: (next) => patch({ view: next }),
    adopt: (definition, revision) => editor.take(definition, revision),
  });
  let rounds = 0;
  const moved = (next: History) => {
    const before = store.get();
    if (next === before.history) return;
    const { definition } = next.now;
    if (definition === before.definition) return patch({ history: next });
    const scene = sceneOf(definition, kinds, before.scene);
    // A refusal is over once something else is done.
    const notice = before.notice?.tone === 'danger' ? null : before.notice;
    patch({
      history: next,
      definition,
      scene,
      notice,
      checked: false,
      chosen: pruned(before.chosen, scene, definition),
    });
    mark();
    saver.changed(definition);
    clearTimeout(timer);
    timer = setTimeout(() => void check(), checkMs);
  };

  const editor: Editor = {
    id: view.id,
    kinds,
    store,
    saver,
    states,
    client,
    restored,
    edit(label, change, merge) {
      const { history: now, definition } = store.get();
      moved(commit(now, change(definition), label, merge));
    },
    seal: () => patch({ history: seal(store.get().history) }),
    undo() {
      const { history: now } = store.get();
      moved(undo(now));
      if (now.past.length > 0) editor.say(`Undone: ${now.now.label}`);
    },
    redo() {
      const { history: now } = store.get();
      moved(redo(now));
      if (now.future[0]) editor.say(`Done again: ${now.future[0].label}`);
    },
    choose(chosen) {
      const { chosen: before } = store.get();
      const next = { ...nothingChosen, ...chosen };
      if (sameList(before.nodes, next.nodes) && sameList(before.lines, next.lines)) return;
      patch({ chosen: next });
    },
    say(text, tone = 'info') {
      patch({ notice: { text, tone, round: (rounds += 1) } });
    },
    take(definition, revision) {
      const theirs = readDefinition(definition);
      if ('problem' in theirs)
        return editor.say(`What was saved elsewhere can’t be drawn. ${theirs.problem}`, 'danger');
      const placed = withPlaces(theirs.definition, kinds);
      const { history: now } = store.get();
      saver.took(placed, revision);
      moved(commit(now, placed, 'Take what was saved elsewhere'));
    },
    show(next) {
      run = next;
      mark();
    },
    setView: (next) => patch({ view: next }),
    look: () => void check(),
    start() {
      mark();
      if (restored) saver.changed(first);
      // What was missing when it was seen last may be here by now.
      void check();
      const stops = [
        client.onEvent((event) => {
          if (event.type === 'pipeline.changed' && event.id === view.id) {
            void saver.elsewhere().catch(() => undefined);
          }
        }),
        client.onEvent((event) => {
          if (event.type === 'model.changed' || event.type === 'provider.changed') void check();
        }),
        client.onResync(() => void saver.elsewhere().catch(() => undefined)),
      ];
      return () => {
        clearTimeout(timer);
        asked?.abort();
        stops.forEach((stop) => stop());
        saver.stop();
      };
    },
  };
  return editor;
}

function pruned(chosen: Chosen, scene: Scene, definition: Definition): Chosen {
  const notes = new Set(definition.ui?.notes?.map(({ id }) => noteNode(id)));
  const lines = new Set(scene.lines.map(({ id }) => id));
  const next = {
    nodes: chosen.nodes.filter((id) => scene.steps.has(id) || notes.has(id)),
    lines: chosen.lines.filter((id) => lines.has(id)),
  };
  return next.nodes.length === chosen.nodes.length && next.lines.length === chosen.lines.length ? chosen : next;
}

/** A note's id on the canvas, where steps are too. */
export const noteNode = (id: string): string => `note:${id}`;

function marksOf({ faults, definition }: EditorState, run: ReadonlyMap<string, StepState>): StepStates {
  const marks = new Map<string, StepState>(run);
  for (const { node, severity, message } of faults) {
    if (node === undefined) continue;
    const { faults: sum } = marks.get(node) ?? {};
    marks.set(node, {
      ...marks.get(node),
      faults: {
        errors: (sum?.errors ?? 0) + Number(severity === 'error'),
        warnings: (sum?.warnings ?? 0) + Number(severity === 'warning'),
        first: sum?.first ?? message,
      },
    });
  }
  for (const id of Object.keys(definition.pins ?? {})) marks.set(id, { ...marks.get(id), pinned: true });
  return marks;
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index]);
