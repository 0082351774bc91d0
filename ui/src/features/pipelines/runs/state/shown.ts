/** Which item or iteration of each container is looked at, and so which step of the run a node of the definition stands for. */
import type { Definition } from '../../shared/definition';
import { containersOf, graphOf } from '../../shared/graph';
import type { StepRun } from '@/api/generated';
import { insideScope, keyOf, nameOf, partsOf, type StepName } from './keys';

/** By the container's key: which index; where it has none, the newest is followed. */
export type Chosen = ReadonlyMap<string, number>;

export interface ShownScopes {
  /** The scope that a node of the definition is looked at in. */
  scopeOf: (node: string) => string;
  keyOf: (node: string) => string;
}

export function shownScopes(
  definition: Definition,
  step: (key: string) => StepRun | undefined,
  chosen: Chosen,
): ShownScopes {
  const graph = graphOf(definition);
  const scopeOf = (node: string): string => {
    let scope = '';
    for (const container of containersOf(graph, node).reverse()) {
      const name = { scope, node: container };
      scope = insideScope(name, indexOf(name, step, chosen));
    }
    return scope;
  };
  return { scopeOf, keyOf: (node) => keyOf({ scope: scopeOf(node), node }) };
}

export function indexOf(name: StepName, step: (key: string) => StepRun | undefined, chosen: Chosen): number {
  const key = keyOf(name);
  const opened = step(key)?.opened ?? 0;
  return chosen.get(key) ?? Math.max(0, opened - 1);
}

/** Looks at the items and iterations that a step stands in. */
export function choosing(chosen: Chosen, key: string): Chosen {
  const parts = partsOf(nameOf(key).scope);
  if (parts.length === 0) return chosen;
  const next = new Map(chosen);
  for (const { name, index } of parts) next.set(keyOf(name), index);
  return next;
}

/** The scopes whose inside is in sight: their steps must be known. */
export function scopesInSight(definition: Definition, shown: ShownScopes): string[] {
  const graph = graphOf(definition);
  const scopes = new Set<string>();
  for (const { id } of definition.nodes) if (graph.parent.has(id)) scopes.add(shown.scopeOf(id));
  return [...scopes].sort();
}
