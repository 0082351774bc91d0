/** What the canvas does by key, by menu and by button: one list of verbs over an editor. */
import type { KindInfo } from '../../shared/api';
import { nodeTitle, type Point } from '../../shared/definition';
import { nodeWidth } from '../../shared/geometry';
import { graphOf, inOrder, waysOf } from '../../shared/graph';
import { copyNodes, pasteNodes, readClip, type Clip } from '../model/clips';
import { containerAt } from '../model/drops';
import { addNode, changed, connect, connectData, disconnect, removeNodes, setInput, withNode } from '../model/edits';
import type { Editor } from '../model/editor';
import { laidOut } from '../model/layout';
import { addNote, removeNotes } from '../model/notes';
import { refusal, type Wanted } from '../model/refusals';
import type { Flow } from './flow';

const gap = 80;
const noteId = (id: string): string | null => (id.startsWith('note:') ? id.slice(5) : null);

export function chosenSteps(editor: Editor): string[] {
  const { chosen, scene } = editor.store.get();
  return chosen.nodes.filter((id) => scene.steps.has(id));
}

/** Puts a step after the chosen one and connects them, or where nothing is in the way. */
export function addStep(editor: Editor, flow: Flow, kind: KindInfo, at?: Point): string {
  const { definition, scene } = editor.store.get();
  const [chosen, ...others] = chosenSteps(editor);
  const after = at === undefined && chosen !== undefined && others.length === 0 ? scene.steps.get(chosen) : undefined;
  let place: Point;
  let into: string | undefined;
  let from: { node: string; way: string } | undefined;
  if (at) {
    into = containerAt(definition, editor.kinds, scene.absolute, at);
    const corner = (into === undefined ? undefined : scene.absolute.get(into)) ?? { x: 0, y: 0 };
    place = { x: at.x - corner.x, y: at.y - corner.y };
  } else if (after) {
    const taken = new Set((graphOf(definition).after.get(after.id) ?? []).map(({ way }) => way));
    const ways = waysOf(after.node, after.kind);
    const way = ways.find((one) => !taken.has(one)) ?? ways[0] ?? 'ok';
    into = after.parent;
    from = { node: after.id, way };
    place = free(editor, into, { x: after.box.x + after.box.w + gap, y: after.box.y });
  } else {
    const view = flow.viewport();
    const size = flow.size();
    const middle = { x: (size.w / 2 - view.x) / view.zoom - nodeWidth / 2, y: (size.h / 2 - view.y) / view.zoom - 40 };
    place = free(editor, undefined, middle);
  }
  const added = addNode(definition, { kind: kind.kind, at: place, after: from, into, container: kind.container });
  editor.edit(`Add ${kind.title}`, () => added.definition);
  editor.choose({ nodes: [added.id] });
  editor.say(`${kind.title} added as ${added.id}${from ? `, after ${nodeTitle(after!.node)}` : ''}.`);
  return added.id;
}

/** Down from `at` until nothing is there. */
function free(editor: Editor, parent: string | undefined, at: Point): Point {
  const { steps } = editor.store.get().scene;
  const others = [...steps.values()].filter((step) => step.parent === parent).map(({ box }) => box);
  let { y } = at;
  for (let tries = 0; tries < 200; tries += 1) {
    const hit = others.find(
      (box) => box.x < at.x + nodeWidth && at.x < box.x + box.w && box.y < y + 90 && y < box.y + box.h,
    );
    if (!hit) break;
    y = hit.y + hit.h + 24;
  }
  return { x: at.x, y };
}

/** Draws the line, or says why not. */
export function drawLine(editor: Editor, wanted: Wanted): boolean {
  const { definition, scene } = editor.store.get();
  const reason = refusal(definition, editor.kinds, wanted);
  if (reason !== null) {
    editor.say(reason, 'danger');
    return false;
  }
  const title = (id: string) => nodeTitle(scene.steps.get(id)!.node);
  const next =
    wanted.type === 'control'
      ? connect(definition, wanted.from, wanted.way, wanted.to)
      : connectData(definition, wanted.from, wanted.port, wanted.to, wanted.input);
  editor.edit('Connect', () => next);
  editor.say(`${title(wanted.from)} leads to ${title(wanted.to)}.`);
  return true;
}

export function removeChosen(editor: Editor): void {
  const { chosen, scene, definition } = editor.store.get();
  const steps = chosenSteps(editor);
  const notes = new Set(chosen.nodes.flatMap((id) => noteId(id) ?? []));
  const lines = scene.lines.filter(({ id }) => chosen.lines.includes(id));
  if (steps.length + notes.size + lines.length === 0) return;
  let next = removeNodes(definition, steps);
  if (notes.size > 0) next = removeNotes(next, notes);
  for (const line of lines) {
    next =
      line.type === 'control'
        ? disconnect(next, line.source, line.sourceHandle.slice('way:'.length), line.target)
        : setInput(next, line.target, line.targetHandle.slice('input:'.length), undefined);
  }
  const what =
    steps.length > 0
      ? steps.length === 1
        ? nodeTitle(scene.steps.get(steps[0]!)!.node)
        : `${steps.length} steps`
      : 'the line';
  editor.edit(`Delete ${what}`, () => next);
  editor.say(`Deleted ${what}.`);
}

export function switchOff(editor: Editor): void {
  const steps = chosenSteps(editor);
  if (steps.length === 0) return;
  const { nodes } = graphOf(editor.store.get().definition);
  const off = steps.some((id) => nodes.get(id)?.off !== true);
  editor.edit(off ? 'Switch off' : 'Switch on', (definition) =>
    steps.reduce((at, id) => withNode(at, id, (node) => changed(node, { off: off ? true : undefined })), definition),
  );
  editor.say(off ? 'Switched off: what comes before goes on to what comes after.' : 'Switched on.');
}

export function arrange(editor: Editor): void {
  editor.edit('Arrange', (definition) => laidOut(definition, editor.kinds));
  editor.say('Arranged.');
}

export function writeNote(editor: Editor, flow: Flow, at?: Point): void {
  const view = flow.viewport();
  const size = flow.size();
  const middle = { x: (size.w / 2 - view.x) / view.zoom - 110, y: (size.h / 2 - view.y) / view.zoom - 40 };
  const { definition, id } = addNote(editor.store.get().definition, at ?? middle);
  editor.edit('Add a note', () => definition);
  editor.choose({ nodes: [`note:${id}`] });
}

export function clipOf(editor: Editor): Clip | null {
  return copyNodes(editor.store.get().definition, chosenSteps(editor));
}

export function paste(editor: Editor, flow: Flow, text: string): boolean {
  const clip = readClip(text);
  if (!clip) return false;
  const { definition, scene } = editor.store.get();
  const [chosen] = chosenSteps(editor);
  const beside = chosen === undefined ? undefined : scene.steps.get(chosen);
  const view = flow.viewport();
  const size = flow.size();
  const at = beside
    ? { x: beside.box.x + 40, y: beside.box.y + beside.box.h + 40 }
    : { x: (size.w / 3 - view.x) / view.zoom, y: (size.h / 3 - view.y) / view.zoom };
  const pasted = pasteNodes(definition, clip, at, beside?.parent);
  editor.edit('Paste', () => pasted.definition);
  editor.choose({ nodes: pasted.ids });
  editor.say(pasted.ids.length === 1 ? 'Pasted a step.' : `Pasted ${pasted.ids.length} steps.`);
  return true;
}

export function duplicate(editor: Editor, flow: Flow): void {
  const clip = clipOf(editor);
  if (clip) paste(editor, flow, JSON.stringify(clip));
}

/** The step before or after the chosen one, in the order in which they run. */
export function neighbour(editor: Editor, step: 1 | -1): string | undefined {
  const order = inOrder(editor.store.get().definition);
  const [chosen] = chosenSteps(editor);
  const at = order.findIndex(({ id }) => id === chosen);
  return at < 0 ? order.at(step === 1 ? 0 : -1)?.id : order[(at + step + order.length) % order.length]?.id;
}
