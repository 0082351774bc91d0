/**
 * What React Flow is given: the steps near the window, as long as they are the same the same objects. What is dragged moves here
 * alone; the definition hears of it when it is put down.
 */
import { applyNodeChanges, MarkerType, type Node, type NodeChange } from '@xyflow/react';

import { createStore, type Store } from '@/lib/store';

import { nodeTitle, type Note, type Point } from '../../shared/definition';
import type { Box } from '../../shared/geometry';
import type { SceneStep } from '../../shared/scene';
import type { StepFlowEdge } from '../../shared/step-edge';
import type { StepFlowNode } from '../../shared/step-node';
import { putDown } from '../model/drops';
import { moveNodes } from '../model/edits';
import { noteNode, type Editor, type EditorState } from '../model/editor';
import { visibleIn, windowOf, type Visible } from '../model/visible';

export type NoteFlowNode = Node<{ note: Note }, 'note'>;
export type FlowNode = StepFlowNode | NoteFlowNode;

export interface FlowState {
  nodes: FlowNode[];
  edges: StepFlowEdge[];
}

export interface Flow {
  store: Pick<Store<FlowState>, 'get' | 'subscribe'>;
  onNodesChange: (changes: NodeChange<FlowNode>[]) => void;
  /** The part of the canvas that is seen. */
  seen(viewport: { x: number; y: number; zoom: number }, size: { w: number; h: number }): void;
  viewport(): { x: number; y: number; zoom: number };
  size(): { w: number; h: number };
  start(): () => void;
}

export function createFlow(editor: Editor): Flow {
  const store = createStore<FlowState>({ nodes: [], edges: [] });
  let view = { x: 0, y: 0, zoom: 1 };
  let size = { w: 1200, h: 800 };
  let window: Box = windowOf(view, size);
  let dragging = new Set<string>();
  let last: { state: EditorState; visible: Visible; window: Box; dragging: ReadonlySet<string> } | null = null;

  const sync = () => {
    const state = editor.store.get();
    const { scene, chosen, definition } = state;
    const always = new Set([...chosen.nodes, ...dragging]);
    const same =
      last !== null &&
      last.state.scene === scene &&
      last.state.chosen === chosen &&
      last.state.definition.ui?.notes === definition.ui?.notes &&
      last.window === window &&
      last.dragging === dragging;
    if (same) return;
    const visible = visibleIn(scene, window, always);
    last = { state, visible, window, dragging };
    const before = new Map(store.get().nodes.map((node) => [node.id, node]));
    const picked = new Set(chosen.nodes);
    const nodes: FlowNode[] = [];
    for (const note of definition.ui?.notes ?? []) {
      const id = noteNode(note.id);
      nodes.push(noteOf(note, before.get(id) as NoteFlowNode | undefined, picked.has(id), dragging.has(id)));
    }
    const steps = [...visible.steps].flatMap((id) => scene.steps.get(id) ?? []).sort((a, b) => a.depth - b.depth);
    for (const step of steps) {
      nodes.push(
        stepOf(step, before.get(step.id) as StepFlowNode | undefined, picked.has(step.id), dragging.has(step.id)),
      );
    }
    const pickedLines = new Set(chosen.lines);
    const linesBefore = new Map(store.get().edges.map((edge) => [edge.id, edge]));
    const edges = visible.lines.map((line): StepFlowEdge => {
      const known = linesBefore.get(line.id);
      const selected = pickedLines.has(line.id);
      if (known && known.data?.line === line && known.selected === selected) return known;
      const { id, source, sourceHandle, target, targetHandle } = line;
      const names = [source, target].map((one) => {
        const step = scene.steps.get(one);
        return step ? nodeTitle(step.node) : one;
      });
      return {
        id,
        type: 'step',
        source,
        sourceHandle,
        target,
        targetHandle,
        selected,
        data: { line },
        ariaLabel: `${line.type === 'data' ? 'Data' : 'Line'} from ${names[0]} to ${names[1]}`,
        ...(line.type === 'control'
          ? { markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: 'var(--control)' } }
          : {}),
      };
    });
    const old = store.get();
    store.set({
      nodes: sameItems(old.nodes, nodes) ? old.nodes : nodes,
      edges: sameItems(old.edges, edges) ? old.edges : edges,
    });
  };

  return {
    store,
    viewport: () => view,
    size: () => size,
    seen(viewport, now) {
      view = viewport;
      size = now;
      const bare = { x: -view.x / view.zoom, y: -view.y / view.zoom, w: size.w / view.zoom, h: size.h / view.zoom };
      const wide = windowOf(view, size);
      // Only when the edge of what is there comes into sight, or far more is there than is seen.
      const enough = contains(window, bare) && window.w < wide.w * 1.6;
      if (enough) return;
      window = wide;
      sync();
    },
    onNodesChange(changes) {
      const moved = new Map<string, Point>();
      let ended = false;
      const drags = new Set(dragging);
      for (const change of changes) {
        if (change.type !== 'position') continue;
        if (change.dragging === true) drags.add(change.id);
        else {
          ended = true;
          drags.delete(change.id);
          if (change.position) moved.set(change.id, change.position);
        }
      }
      const local = changes.filter(({ type }) => type === 'position' || type === 'dimensions');
      if (local.length > 0) store.set({ ...store.get(), nodes: applyNodeChanges(local, store.get().nodes) });
      const wasDragging = dragging.size > 0;
      if (drags.size !== dragging.size) dragging = drags;
      if (changes.some(({ type }) => type === 'select')) choose(editor, changes);
      if (ended && moved.size > 0) {
        commitMove(editor, moved, wasDragging);
        // What came back to where it was is told by nobody else.
        last = null;
        sync();
      }
    },
    start() {
      sync();
      return editor.store.subscribe(sync);
    },
  };
}

function choose(editor: Editor, changes: NodeChange<FlowNode>[]): void {
  const { chosen } = editor.store.get();
  const nodes = new Set(chosen.nodes);
  for (const change of changes) {
    if (change.type !== 'select') continue;
    if (change.selected) nodes.add(change.id);
    else nodes.delete(change.id);
  }
  editor.choose({ nodes: [...nodes], lines: nodes.size > 0 ? [] : chosen.lines });
}

function commitMove(editor: Editor, moved: ReadonlyMap<string, Point>, byPointer: boolean): void {
  const { definition, scene } = editor.store.get();
  const places = new Map([...moved].filter(([id]) => scene.steps.has(id)));
  const differ = [...places].some(([id, { x, y }]) => {
    const box = scene.steps.get(id)?.box;
    return box && (Math.round(x) !== box.x || Math.round(y) !== box.y);
  });
  const notes = definition.ui?.notes?.map((note) => {
    const to = moved.get(noteNode(note.id));
    return to && (to.x !== note.x || to.y !== note.y) ? { ...note, x: Math.round(to.x), y: Math.round(to.y) } : note;
  });
  const notesDiffer = notes?.some((note, index) => note !== definition.ui?.notes?.[index]) === true;
  if (!differ && !notesDiffer) return;
  const withNotes = notesDiffer ? { ...definition, ui: { ...definition.ui, notes } } : definition;
  if (!byPointer) {
    editor.edit('Move', () => moveNodes(withNotes, places), `move:${[...moved.keys()].join()}`);
    return;
  }
  const { definition: next, entered } = putDown(withNotes, editor.kinds, places);
  editor.edit('Move', () => next);
  editor.seal();
  const [first] = entered;
  if (!first) return;
  const title = (id: string) => nodeTitle(scene.steps.get(id)!.node);
  editor.say(
    first.container === undefined
      ? `${title(first.id)} is outside now.`
      : `${title(first.id)} is in ${title(first.container)} now.`,
  );
}

function stepOf(step: SceneStep, known: StepFlowNode | undefined, selected: boolean, dragged: boolean): StepFlowNode {
  const { box, parent, id } = step;
  const stays = known && (dragged || (known.position.x === box.x && known.position.y === box.y));
  if (known && stays && known.data.step === step && known.selected === selected && known.parentId === parent)
    return known;
  return {
    ...(known?.measured && known.data.step.face === step.face ? { measured: known.measured } : {}),
    id,
    type: 'step',
    position: known && stays ? known.position : { x: box.x, y: box.y },
    data: known?.data.step === step ? known.data : { step },
    width: box.w,
    height: box.h,
    selected,
    ...(known?.dragging === true && dragged ? { dragging: true } : {}),
    ...(parent === undefined ? {} : { parentId: parent }),
    ariaLabel: `${nodeTitle(step.node)}: ${step.kind?.title ?? step.node.kind}${step.node.off === true ? ', switched off' : ''}`,
  };
}

function noteOf(note: Note, known: NoteFlowNode | undefined, selected: boolean, dragged: boolean): NoteFlowNode {
  const stays = known && (dragged || (known.position.x === note.x && known.position.y === note.y));
  if (known && stays && known.data.note === note && known.selected === selected) return known;
  return {
    ...(known?.measured ? { measured: known.measured } : {}),
    id: noteNode(note.id),
    type: 'note',
    position: known && stays ? known.position : { x: note.x, y: note.y },
    data: { note },
    selected,
    zIndex: -1,
    ariaLabel: `Note: ${note.text === '' ? 'empty' : note.text.slice(0, 80)}`,
  };
}

const contains = (outer: Box, inner: Box): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.w >= inner.x + inner.w &&
  outer.y + outer.h >= inner.y + inner.h;

const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index]);
