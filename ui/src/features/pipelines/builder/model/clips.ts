/** Steps that were copied: as JSON text on the clipboard, so that they go from one pipeline and one window to another. */
import {
  isRecord,
  splitFrom,
  type Definition,
  type EdgeSpec,
  type NodeSpec,
  type Point,
} from '../../shared/definition';
import { graphOf, insideOf } from '../../shared/graph';
import { freshId, idsOf, moveNodes, renamer, withNode } from './edits';

export const clipFormat = 'webplus.steps/1';

export interface Clip {
  format: typeof clipFormat;
  nodes: NodeSpec[];
  edges: EdgeSpec[];
  places: Record<string, Point>;
}

export function copyNodes(definition: Definition, ids: Iterable<string>): Clip | null {
  const graph = graphOf(definition);
  const taken = new Set<string>();
  for (const id of ids) if (graph.nodes.has(id)) for (const one of [id, ...insideOf(graph, id)]) taken.add(one);
  if (taken.size === 0) return null;
  const places = Object.fromEntries(Object.entries(definition.ui?.nodes ?? {}).filter(([id]) => taken.has(id)));
  return {
    format: clipFormat,
    nodes: definition.nodes.filter(({ id }) => taken.has(id)),
    edges: (definition.edges ?? []).filter((edge) => taken.has(splitFrom(edge.from).node) && taken.has(edge.to)),
    places,
  };
}

export function readClip(text: string): Clip | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || value.format !== clipFormat || !Array.isArray(value.nodes)) return null;
    const fine = value.nodes.every(
      (node) => isRecord(node) && typeof node.id === 'string' && typeof node.kind === 'string',
    );
    return fine ? ({ edges: [], places: {}, ...(value as object) } as unknown as Clip) : null;
  } catch {
    return null;
  }
}

/** With new ids where theirs are taken. The corner of what is pasted stands at `at`. */
export function pasteNodes(
  definition: Definition,
  clip: Clip,
  at: Point,
  into?: string,
): { definition: Definition; ids: string[] } {
  const taken = idsOf(definition);
  const ids = new Map<string, string>();
  for (const { id } of clip.nodes) {
    const next = freshId(taken, id);
    taken.add(next);
    ids.set(id, next);
  }
  const rename = renamer(ids);
  const inner = new Set(clip.nodes.flatMap(({ body }) => body ?? []));
  const tops = clip.nodes.filter(({ id }) => !inner.has(id));
  const corner = {
    x: Math.min(...tops.map(({ id }) => clip.places[id]?.x ?? 0)),
    y: Math.min(...tops.map(({ id }) => clip.places[id]?.y ?? 0)),
  };
  const places = new Map<string, Point>();
  for (const { id } of clip.nodes) {
    const place = clip.places[id] ?? { x: 0, y: 0 };
    const top = !inner.has(id);
    places.set(ids.get(id)!, top ? { x: place.x - corner.x + at.x, y: place.y - corner.y + at.y } : place);
  }
  let next: Definition = {
    ...definition,
    nodes: [...definition.nodes, ...clip.nodes.map(rename.node)],
    edges: [...(definition.edges ?? []), ...clip.edges.map(rename.edge)],
  };
  const topIds = tops.map(({ id }) => ids.get(id)!);
  if (into !== undefined) next = withNode(next, into, (node) => ({ ...node, body: [...(node.body ?? []), ...topIds] }));
  return { definition: moveNodes(next, places), ids: topIds };
}
