/**
 * Which steps and lines are near the window on the canvas. Only those are given to React Flow: it walks all that it has for every
 * frame of a drag, so what it doesn't have costs nothing, however large the definition is.
 */
import { overlap, type Box } from '../../shared/geometry';
import type { Scene, SceneLine } from '../../shared/scene';

export interface Visible {
  steps: ReadonlySet<string>;
  lines: readonly SceneLine[];
}

/** Around the window, in parts of its size: what is dragged or scrolled a little is there already. */
const margin = 0.06;

export function windowOf(viewport: { x: number; y: number; zoom: number }, size: { w: number; h: number }): Box {
  const zoom = Math.max(viewport.zoom, 0.01);
  const [w, h] = [size.w / zoom, size.h / zoom];
  return {
    x: -viewport.x / zoom - w * margin,
    y: -viewport.y / zoom - h * margin,
    w: w * (1 + 2 * margin),
    h: h * (1 + 2 * margin),
  };
}

/** `always`: chosen ones and those being dragged. */
export function visibleIn(scene: Scene, window: Box, always: ReadonlySet<string>): Visible {
  const near = new Set<string>();
  for (const [id, box] of scene.absolute) if (overlap(box, window) || always.has(id)) near.add(id);
  const lines = scene.lines.filter(({ source, target }) => {
    if (near.has(source) || near.has(target)) return true;
    const [a, b] = [scene.absolute.get(source), scene.absolute.get(target)];
    return a !== undefined && b !== undefined && overlap(between(a, b), window);
  });
  const steps = new Set(near);
  for (const { source, target } of lines) {
    steps.add(source);
    steps.add(target);
  }
  // What is inside stands from its container's corner: that has to be there too.
  for (const id of [...steps]) {
    for (let at = scene.steps.get(id)?.parent; at !== undefined && !steps.has(at); at = scene.steps.get(at)?.parent)
      steps.add(at);
  }
  return { steps, lines };
}

function between(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y };
}
