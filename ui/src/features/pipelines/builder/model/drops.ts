/** What comes of steps that were put down: into a container, out of one, and the containers around them grown to fit. */
import { moveInto, moveNodes } from './edits';
import type { Definition, Point } from '../../shared/definition';
import { headHeight, inset, type Box } from '../../shared/geometry';
import { graphOf, insideOf } from '../../shared/graph';
import { sceneOf, type Kinds } from '../../shared/scene';

/** The innermost container at a point, `except` those and what is inside them. */
export function containerAt(
  definition: Definition,
  kinds: Kinds,
  absolute: ReadonlyMap<string, Box>,
  point: Point,
  except: readonly string[] = [],
): string | undefined {
  const graph = graphOf(definition);
  const outside = new Set(except.flatMap((id) => [id, ...insideOf(graph, id)]));
  let found: { id: string; area: number } | undefined;
  for (const node of definition.nodes) {
    const box = absolute.get(node.id);
    const container = kinds.get(node.kind)?.container ?? node.body !== undefined;
    if (!container || !box || outside.has(node.id)) continue;
    if (point.x < box.x || point.y < box.y || point.x > box.x + box.w || point.y > box.y + box.h) continue;
    if (!found || box.w * box.h < found.area) found = { id: node.id, area: box.w * box.h };
  }
  return found?.id;
}

/** `places`: from the corner of the container that each stood in. */
export function putDown(
  definition: Definition,
  kinds: Kinds,
  places: ReadonlyMap<string, Point>,
): { definition: Definition; entered: { id: string; container: string | undefined }[] } {
  let next = moveNodes(definition, places);
  const entered: { id: string; container: string | undefined }[] = [];
  const graph = graphOf(definition);
  for (const id of places.keys()) {
    // What moves with its container stays in it.
    const around = graph.parent.get(id);
    if (around !== undefined && places.has(around)) continue;
    const { absolute } = sceneOf(next, kinds);
    const { absolute: before } = sceneOf(definition, kinds);
    const box = absolute.get(id);
    if (!box) continue;
    const middle = { x: box.x + box.w / 2, y: box.y + Math.min(box.h / 2, headHeight) };
    // The containers as they were: they don't run after what is carried out of them.
    const target = containerAt(definition, kinds, before, middle, [...places.keys()]);
    if (target === around) continue;
    const corner = (target === undefined ? undefined : absolute.get(target)) ?? { x: 0, y: 0 };
    next = moveNodes(moveInto(next, id, target), new Map([[id, { x: box.x - corner.x, y: box.y - corner.y }]]));
    entered.push({ id, container: target });
  }
  return { definition: roomy(next, kinds), entered };
}

/** What stands left of or above its container's corner pushes that corner out, and nothing seems to move. */
function roomy(definition: Definition, kinds: Kinds): Definition {
  let next = definition;
  const { steps } = sceneOf(definition, kinds);
  const containers = [...steps.values()].filter(({ face }) => face.container).sort((a, b) => b.depth - a.depth);
  for (const { id, face, node } of containers) {
    const places = next.ui?.nodes ?? {};
    const inside = (node.body ?? []).flatMap((child) => (places[child] ? [{ child, at: places[child] }] : []));
    if (inside.length === 0) continue;
    const top = headHeight + face.rows * 22 + (face.rows > 0 ? 8 : 0) + inset / 2;
    const [dx, dy] = [
      Math.max(0, inset - Math.min(...inside.map(({ at }) => at.x))),
      Math.max(0, top - Math.min(...inside.map(({ at }) => at.y))),
    ];
    if (dx === 0 && dy === 0) continue;
    const own = places[id] ?? { x: 0, y: 0 };
    const moved = new Map<string, Point>([[id, { x: own.x - dx, y: own.y - dy }]]);
    for (const { child, at } of inside) moved.set(child, { x: at.x + dx, y: at.y + dy });
    next = moveNodes(next, moved);
  }
  return next;
}
