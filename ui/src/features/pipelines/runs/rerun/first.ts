import { splitFrom, type Definition } from '../../shared/definition';
import { graphOf } from '../../shared/graph';

/** The step that a run begins with: running again from there runs all of it again. */
export function firstOf(definition: Definition): string {
  const { parent } = graphOf(definition);
  const entered = new Set((definition.edges ?? []).map(({ to }) => to));
  const tops = definition.nodes.filter(({ id }) => !parent.has(id));
  const start = tops.find(
    ({ id }) => !entered.has(id) && (definition.edges ?? []).some(({ from }) => splitFrom(from).node === id),
  );
  return (start ?? tops.find(({ id }) => !entered.has(id)) ?? tops[0])?.id ?? '';
}
