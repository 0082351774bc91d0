/** How large a step is on the canvas, and where its ports are: known without drawing it. All in pixels at 100 %. */
import type { KindInfo } from './api';
import type { Definition, NodeSpec } from './definition';
import { graphOf, portsOf, waysOf, type PortShown } from './graph';

export const nodeWidth = 240;
export const headHeight = 54;
export const rowHeight = 22;
const foot = 8;
/** Between a container's border and what stands inside. */
export const inset = 24;
const emptyContainer = { w: 320, h: 120 };
const mostPorts = 5;

export interface Face {
  /** Ways out that have a row of their own; a step with one way has it at its head. */
  ways: readonly string[];
  ports: readonly PortShown[];
  /** Ports that found no room. */
  more: number;
  inputs: readonly { name: string; type: string }[];
  rows: number;
  container: boolean;
}

/** What a step shows of itself. `used` names the ways and ports that something hangs on, so that they are always there. */
export function faceOf(
  node: NodeSpec,
  kind: KindInfo | undefined,
  used: { ways: readonly string[]; ports: readonly string[] },
): Face {
  const ways = waysOf(node, kind, used.ways);
  const all = portsOf(node, kind).filter(({ name, type }) => type !== 'usage' || used.ports.includes(name));
  const ordered = [...all].sort((a, b) => Number(used.ports.includes(b.name)) - Number(used.ports.includes(a.name)));
  const keep = new Set(ordered.slice(0, Math.max(mostPorts, used.ports.length)).map(({ name }) => name));
  const ports = all.filter(({ name }) => keep.has(name));
  const inputs = Object.entries(node.in ?? {}).map(([name, source]) => ({
    name,
    type: 'value' in source ? typeof source.value : 'any',
  }));
  const single = ways.length === 1;
  const right = (single ? 0 : ways.length) + ports.length;
  return {
    ways: single ? [] : ways,
    ports,
    more: all.length - ports.length,
    inputs,
    rows: Math.max(right, inputs.length),
    container: kind?.container ?? node.body !== undefined,
  };
}

export const faceHeight = (face: Face): number => headHeight + (face.rows > 0 ? face.rows * rowHeight + foot : 0);

/** The middle of a row, from the top. */
export const rowMiddle = (row: number): number => headHeight + row * rowHeight + rowHeight / 2;

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Boxes {
  /** From the corner of the container, as it is kept. */
  local: ReadonlyMap<string, Box>;
  /** From the canvas' own corner. */
  absolute: ReadonlyMap<string, Box>;
}

/** Where everything stands. Containers are as large as what is inside them. */
export function boxesOf(definition: Definition, faces: ReadonlyMap<string, Face>): Boxes {
  const graph = graphOf(definition);
  const local = new Map<string, Box>();
  const size = (id: string, open: readonly string[]): Box => {
    const known = local.get(id);
    if (known) return known;
    const node = graph.nodes.get(id);
    const face = faces.get(id);
    const at = definition.ui?.nodes?.[id];
    let w = nodeWidth;
    let h = face ? faceHeight(face) : headHeight;
    if (node && face?.container) {
      let right = emptyContainer.w;
      let bottom = h + emptyContainer.h;
      for (const child of node.body ?? []) {
        if (open.includes(child) || !graph.nodes.has(child) || graph.parent.get(child) !== id) continue;
        const box = size(child, [...open, id]);
        right = Math.max(right, box.x + box.w + inset);
        bottom = Math.max(bottom, box.y + box.h + inset);
      }
      [w, h] = [right, bottom];
    }
    const box = { x: at?.x ?? 0, y: at?.y ?? 0, w, h };
    local.set(id, box);
    return box;
  };
  for (const { id } of definition.nodes) size(id, [id]);
  const absolute = new Map<string, Box>();
  const place = (id: string, depth: number): Box => {
    const known = absolute.get(id);
    if (known) return known;
    const box = local.get(id) ?? { x: 0, y: 0, w: nodeWidth, h: headHeight };
    const parent = graph.parent.get(id);
    // A container inside itself is a fault that validation names; it must not hang the page.
    const around = parent === undefined || depth > 32 ? undefined : place(parent, depth + 1);
    const moved = around ? { ...box, x: box.x + around.x, y: box.y + around.y } : box;
    absolute.set(id, moved);
    return moved;
  };
  for (const { id } of definition.nodes) place(id, 0);
  return { local, absolute };
}

export function boundsOf(boxes: Iterable<Box>): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, w, h } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + w);
    bottom = Math.max(bottom, y + h);
  }
  return left === Infinity ? null : { x: left, y: top, w: right - left, h: bottom - top };
}

export const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
