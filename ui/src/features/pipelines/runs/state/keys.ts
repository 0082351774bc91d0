/** How the steps of a run are named: a node, inside which containers. "each:3/fix:0" is item 3 of `each`, iteration 0 of `fix`. */

export interface StepName {
  scope: string;
  node: string;
}

export const keyOf = ({ scope, node }: StepName): string => (scope === '' ? node : `${scope}/${node}`);

export function nameOf(key: string): StepName {
  const slash = key.lastIndexOf('/');
  return slash < 0 ? { scope: '', node: key } : { scope: key.slice(0, slash), node: key.slice(slash + 1) };
}

/** The scope of a container's item or iteration. */
export const insideScope = ({ scope, node }: StepName, index: number): string =>
  scope === '' ? `${node}:${index}` : `${scope}/${node}:${index}`;

export interface ScopePart {
  /** The container, as a step of its own. */
  name: StepName;
  index: number;
}

/** The containers around a scope, the outermost first. */
export function partsOf(scope: string): ScopePart[] {
  if (scope === '') return [];
  const parts = scope.split('/');
  return parts.map((part, place) => {
    const colon = part.lastIndexOf(':');
    return {
      name: { scope: parts.slice(0, place).join('/'), node: part.slice(0, colon) },
      index: Number(part.slice(colon + 1)),
    };
  });
}

/** The step at the top that a step stands in, or is. */
export const topOf = ({ scope, node }: StepName): string => partsOf(scope)[0]?.name.node ?? node;
