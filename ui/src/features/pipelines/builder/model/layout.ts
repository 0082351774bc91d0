/** Places for steps: from left to right in the order in which they run, containers around what is inside them. */
import dagre from '@dagrejs/dagre';

import { isPort, splitFrom, type Definition, type NodeSpec, type Point } from '../../shared/definition';
import { faceHeight, headHeight, inset, nodeWidth, rowHeight, type Face } from '../../shared/geometry';
import { graphOf } from '../../shared/graph';
import { sceneOf, type Kinds } from '../../shared/scene';
import { moveNodes } from './edits';

const between = { steps: 40, ranks: 80 };
const emptyContainer = { w: 320, h: 120 };

/** All of it anew. */
export function laidOut(definition: Definition, kinds: Kinds): Definition {
  const faces = new Map([...sceneOf(definition, kinds).steps].map(([id, { face }]) => [id, face]));
  const places = new Map<string, Point>();
  level(definition, faces, undefined, places, 0);
  return moveNodes(definition, places);
}

/** Only where something has no place yet: all of it, or the new ones right of what comes before them. */
export function withPlaces(definition: Definition, kinds: Kinds): Definition {
  const known = definition.ui?.nodes ?? {};
  const missing = definition.nodes.filter(({ id }) => known[id] === undefined);
  if (missing.length === 0) return definition;
  const arranged = laidOut(definition, kinds);
  if (missing.length === definition.nodes.length) return arranged;
  const graph = graphOf(definition);
  const places = new Map<string, Point>();
  for (const { id } of missing) {
    const before = (graph.before.get(id) ?? []).map(({ from }) => places.get(from) ?? known[from]).find(Boolean);
    const own = arranged.ui?.nodes?.[id] ?? { x: 0, y: 0 };
    places.set(
      id,
      before ? { x: before.x + nodeWidth + between.ranks, y: before.y + places.size * between.steps } : own,
    );
  }
  return moveNodes(definition, places);
}

function level(
  definition: Definition,
  faces: ReadonlyMap<string, Face>,
  parent: string | undefined,
  places: Map<string, Point>,
  depth: number,
): { w: number; h: number } {
  const graph = graphOf(definition);
  const here = definition.nodes.filter(({ id }) => graph.parent.get(id) === parent);
  if (here.length === 0 || depth > 32) return { w: 0, h: 0 };
  const flow = new dagre.graphlib.Graph<object, { width: number; height: number; x: number; y: number }>();
  flow.setGraph({ rankdir: 'LR', nodesep: between.steps, ranksep: between.ranks, marginx: 0, marginy: 0 });
  flow.setDefaultEdgeLabel(() => ({}));
  for (const node of here) flow.setNode(node.id, { ...sizeOf(definition, node, faces, places, depth), x: 0, y: 0 });
  for (const [from, to] of linksOf(definition))
    if (flow.hasNode(from) && flow.hasNode(to) && from !== to) flow.setEdge(from, to);
  dagre.layout(flow);
  const head = parent === undefined ? { x: 0, y: 0 } : { x: inset, y: headOf(faces.get(parent)) + inset / 2 };
  let [w, h] = [0, 0];
  for (const { id } of here) {
    const box = flow.node(id);
    const at = { x: box.x - box.width / 2 + head.x, y: box.y - box.height / 2 + head.y };
    places.set(id, at);
    w = Math.max(w, at.x + box.width);
    h = Math.max(h, at.y + box.height);
  }
  return { w, h };
}

function sizeOf(
  definition: Definition,
  node: NodeSpec,
  faces: ReadonlyMap<string, Face>,
  places: Map<string, Point>,
  depth: number,
): { width: number; height: number } {
  const face = faces.get(node.id);
  if (!face?.container) return { width: nodeWidth, height: face ? faceHeight(face) : headHeight };
  const inside = level(definition, faces, node.id, places, depth + 1);
  return {
    width: Math.max(emptyContainer.w, inside.w + inset),
    height: Math.max(faceHeight(face) + emptyContainer.h, inside.h + inset),
  };
}

const headOf = (face: Face | undefined): number => (face ? faceHeight(face) : headHeight + rowHeight);

function linksOf(definition: Definition): [string, string][] {
  const links = (definition.edges ?? []).map((edge): [string, string] => [splitFrom(edge.from).node, edge.to]);
  for (const node of definition.nodes) {
    for (const source of Object.values(node.in ?? {})) if (isPort(source)) links.push([source.node, node.id]);
  }
  return links;
}
