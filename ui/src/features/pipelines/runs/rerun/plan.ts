/** What running again from a step means, before it is begun: which steps run anew, which results are taken over and what that saves. */
import { splitFrom, type Definition } from '../../shared/definition';
import { containersOf, graphOf, insideOf, namedIn } from '../../shared/graph';
import type { StepRun } from '@/api/generated';

export interface RerunPlan {
  /** The step at the top that it begins with: what is inside a loop can't be begun alone. */
  from: string;
  /** Steps at the top that run anew, in the definition's order. */
  again: readonly string[];
  /** Steps at the top whose results are taken over at no cost. */
  reused: readonly StepRun[];
  /** What the taken over results had cost, in nano-USD, and how long they took, in milliseconds. */
  savedNanoUsd: number;
  savedMs: number;
}

/** `steps`: what is known of the run that is done again. */
export function planRerun(
  definition: Definition,
  steps: readonly StepRun[],
  from: string,
  edited: readonly string[] = [],
): RerunPlan {
  const graph = graphOf(definition);
  const top = containersOf(graph, from).at(-1) ?? from;
  const downstream = downstreamOf(
    definition,
    [top, ...edited.map((id) => containersOf(graph, id).at(-1) ?? id)],
    edited,
  );
  const tops = definition.nodes.filter(({ id }) => !graph.parent.has(id));
  const byNode = new Map(steps.filter(({ scope }) => scope === '').map((step) => [step.node, step]));
  const reused = tops.flatMap(({ id }) => {
    const step = byNode.get(id);
    return !downstream.has(id) && step && (step.status === 'succeeded' || step.status === 'reused') ? [step] : [];
  });
  const kept = new Set(reused.map(({ node }) => node));
  return {
    from: top,
    // What was skipped may be reached now where something before it runs anew.
    again: tops
      .filter(({ id }) => !kept.has(id) && (downstream.has(id) || byNode.get(id)?.status !== 'skipped'))
      .map(({ id }) => id),
    reused,
    savedNanoUsd: reused.reduce((sum, step) => sum + step.costNanoUsd, 0),
    savedMs: reused.reduce(
      (sum, { startedAt, finishedAt }) => sum + Math.max(0, (finishedAt ?? 0) - (startedAt ?? finishedAt ?? 0)),
      0,
    ),
  };
}

/** Whatever comes after these by an edge, or names their results. Those whose results were edited stay as they were edited. */
function downstreamOf(
  definition: Definition,
  starts: readonly string[],
  edited: readonly string[],
): ReadonlySet<string> {
  const graph = graphOf(definition);
  const after = new Map<string, Set<string>>();
  const add = (one: string, next: string) => {
    const top = (id: string) => containersOf(graph, id).at(-1) ?? id;
    const [from, to] = [top(one), top(next)];
    if (from !== to) after.set(from, (after.get(from) ?? new Set()).add(to));
  };
  for (const edge of definition.edges ?? []) add(splitFrom(edge.from).node, edge.to);
  for (const node of definition.nodes) {
    const named = [
      ...namedIn(node.config),
      ...namedIn(Object.values(node.in ?? {}).map((source) => ('expr' in source ? source.expr : ''))),
    ];
    for (const { node: before } of named) if (graph.nodes.has(before)) add(before, node.id);
    for (const source of Object.values(node.in ?? {}))
      if ('node' in source && graph.nodes.has(source.node)) add(source.node, node.id);
  }
  const found = new Set<string>();
  const queue = [...starts];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    queue.push(...(after.get(at) ?? []));
  }
  for (const id of edited) if (!starts.slice(0, 1).includes(id)) found.delete(id);
  return found;
}

/** How many steps stand inside it, its own containers' included. */
export const insideCount = (definition: Definition, id: string): number => insideOf(graphOf(definition), id).length;
