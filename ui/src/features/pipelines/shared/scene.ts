/**
 * A definition as the canvas shows it: boxes, faces and lines. Whatever didn't change keeps its identity from one scene to the next,
 * so that a step is drawn again only when something about it is different.
 */
import type { KindInfo } from './api';
import { joinFrom, splitFrom, type Definition, type NodeSpec } from './definition';
import { boxesOf, faceOf, type Box, type Face } from './geometry';
import { dataInto, graphOf, portType } from './graph';
import { portColour, type PortColour } from './types';

export interface SceneStep {
  id: string;
  node: NodeSpec;
  kind: KindInfo | undefined;
  face: Face;
  /** Within its container. */
  box: Box;
  parent: string | undefined;
  depth: number;
}

export interface SceneLine {
  id: string;
  source: string;
  sourceHandle: string;
  target: string;
  targetHandle: string;
  /** Control says who comes after whom, data what flows. */
  type: 'control' | 'data';
  colour: PortColour | null;
  label: string;
}

export interface Scene {
  steps: ReadonlyMap<string, SceneStep>;
  lines: readonly SceneLine[];
  absolute: ReadonlyMap<string, Box>;
}

export type Kinds = ReadonlyMap<string, KindInfo>;

export const handles = {
  in: 'in',
  way: (way: string) => `way:${way}`,
  port: (port: string) => `port:${port}`,
  input: (name: string) => `input:${name}`,
};

export function sceneOf(definition: Definition, kinds: Kinds, last?: Scene): Scene {
  const graph = graphOf(definition);
  const used = usedOf(definition);
  const faces = new Map<string, Face>();
  for (const node of definition.nodes) {
    const before = last?.steps.get(node.id);
    const now = used.get(node.id) ?? { ways: [], ports: [] };
    const face = faceOf(node, kinds.get(node.kind), now);
    faces.set(node.id, before && same(before.face, face) ? before.face : face);
  }
  const { local, absolute } = boxesOf(definition, faces);
  const steps = new Map<string, SceneStep>();
  const depthOf = (id: string): number => {
    let depth = 0;
    for (let at = graph.parent.get(id); at !== undefined && depth < 32; at = graph.parent.get(at)) depth += 1;
    return depth;
  };
  for (const node of definition.nodes) {
    const before = last?.steps.get(node.id);
    const next: SceneStep = {
      id: node.id,
      node,
      kind: kinds.get(node.kind),
      face: faces.get(node.id)!,
      box: local.get(node.id)!,
      parent: graph.parent.get(node.id),
      depth: depthOf(node.id),
    };
    const kept =
      before &&
      before.node === next.node &&
      before.kind === next.kind &&
      before.face === next.face &&
      before.parent === next.parent &&
      before.depth === next.depth &&
      same(before.box, next.box);
    steps.set(node.id, kept ? before : next);
  }
  return { steps, lines: linesOf(definition, kinds, steps, last), absolute };
}

function linesOf(
  definition: Definition,
  kinds: Kinds,
  steps: ReadonlyMap<string, SceneStep>,
  last: Scene | undefined,
): SceneLine[] {
  const known = new Map(last?.lines.map((line) => [line.id, line]));
  const lines: SceneLine[] = [];
  const add = (line: SceneLine) => {
    const before = known.get(line.id);
    lines.push(before && same(before, line) ? before : line);
  };
  const ids = new Set<string>();
  for (const edge of definition.edges ?? []) {
    const { node: source, way } = splitFrom(edge.from);
    const id = `${joinFrom(source, way)}>${edge.to}`;
    if (!steps.has(source) || !steps.has(edge.to) || ids.has(id)) continue;
    ids.add(id);
    add({
      id,
      source,
      sourceHandle: handles.way(way),
      target: edge.to,
      targetHandle: handles.in,
      type: 'control',
      colour: null,
      label: edge.when === undefined ? '' : `if ${edge.when}`,
    });
  }
  for (const node of definition.nodes) {
    for (const { node: source, port, input } of dataInto(node)) {
      const from = steps.get(source);
      if (!from || input === undefined) continue;
      add({
        id: `${source}:${port}>${node.id}:${input}`,
        source,
        sourceHandle: handles.port(port),
        target: node.id,
        targetHandle: handles.input(input),
        type: 'data',
        colour: portColour(portType(from.node, kinds.get(from.node.kind), port)),
        label: '',
      });
    }
  }
  return lines;
}

/** The ways and ports that something hangs on, by step. */
function usedOf(definition: Definition): Map<string, { ways: string[]; ports: string[] }> {
  const used = new Map<string, { ways: string[]; ports: string[] }>();
  const at = (id: string) => {
    const known = used.get(id) ?? { ways: [], ports: [] };
    used.set(id, known);
    return known;
  };
  for (const edge of definition.edges ?? []) {
    const { node, way } = splitFrom(edge.from);
    if (!at(node).ways.includes(way)) at(node).ways.push(way);
  }
  for (const node of definition.nodes) {
    for (const { node: source, port, input } of dataInto(node)) {
      if (input !== undefined && !at(source).ports.includes(port)) at(source).ports.push(port);
    }
  }
  return used;
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), b as Record<string, unknown>];
  return left.length === Object.keys(b).length && left.every(([key, value]) => same(value, right[key]));
}
