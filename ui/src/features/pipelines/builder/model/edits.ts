/** What can be done to a definition's steps. Each takes one and gives another; what nobody touched keeps its identity. */
import {
  isPort,
  isRecord,
  joinFrom,
  splitFrom,
  type Definition,
  type EdgeSpec,
  type NodeSpec,
  type Point,
  type Source,
} from '../../shared/definition';
import { graphOf, insideOf, isAncestor } from '../../shared/graph';

/** A key that is `undefined` is taken away. */
export function changed<T extends object>(value: T, changes: { [K in keyof T]?: T[K] | undefined }): T {
  const next = { ...value };
  for (const [key, to] of Object.entries(changes)) {
    if (to === undefined) delete (next as Record<string, unknown>)[key];
    else (next as Record<string, unknown>)[key] = to;
  }
  return next;
}

export function withNode(definition: Definition, id: string, change: (node: NodeSpec) => NodeSpec): Definition {
  const nodes = definition.nodes.map((node) => (node.id === id ? change(node) : node));
  return nodes.some((node, index) => node !== definition.nodes[index]) ? { ...definition, nodes } : definition;
}

/** A name of its own: `prompt`, `prompt_2`. */
export function freshId(taken: ReadonlySet<string>, wanted: string): string {
  const base = /^[a-z][a-z0-9_]*$/.test(wanted) ? wanted : 'step';
  if (!taken.has(base)) return base;
  const stem = base.replace(/_\d+$/, '');
  for (let number = 2; ; number += 1) if (!taken.has(`${stem}_${number}`)) return `${stem}_${number}`;
}

export const idsOf = (definition: Definition): Set<string> => new Set(definition.nodes.map(({ id }) => id));

export interface Added {
  kind: string;
  at: Point;
  /** It comes after this one, left by that way. */
  after?: { node: string; way: string } | undefined;
  container?: boolean;
  into?: string | undefined;
  config?: Record<string, unknown> | undefined;
}

export function addNode(definition: Definition, added: Added): { definition: Definition; id: string } {
  const id = freshId(idsOf(definition), names[added.kind] ?? added.kind);
  const node: NodeSpec = {
    id,
    kind: added.kind,
    config: added.config ?? starts[added.kind] ?? {},
    ...(added.container === true ? { body: [] } : {}),
  };
  let next: Definition = { ...definition, nodes: [...definition.nodes, node] };
  const { into, after } = added;
  if (into !== undefined) next = withNode(next, into, (parent) => ({ ...parent, body: [...(parent.body ?? []), id] }));
  next = moveNodes(next, new Map([[id, added.at]]));
  if (after) next = connect(next, after.node, after.way, id);
  return { definition: next, id };
}

/** What a new step of a kind is called and begins with. */
const names: Record<string, string> = {
  llm: 'prompt',
  condition: 'check',
  map: 'each',
  loop: 'repeat',
  human: 'ask',
  json: 'parse',
};
const starts: Record<string, Record<string, unknown>> = {
  loop: { max_iterations: 3 },
  switch: { cases: {} },
  router: { routes: {} },
  http: { method: 'GET' },
  file: { op: 'read' },
  text: { op: 'trim' },
  git: { op: 'status' },
};

export function connect(definition: Definition, from: string, way: string, to: string): Definition {
  const edge: EdgeSpec = { from: joinFrom(from, way), to };
  const edges = definition.edges ?? [];
  if (edges.some((other) => isEdge(other, from, way, to))) return definition;
  return { ...definition, edges: [...edges, edge] };
}

export function disconnect(definition: Definition, from: string, way: string, to: string): Definition {
  return { ...definition, edges: (definition.edges ?? []).filter((edge) => !isEdge(edge, from, way, to)) };
}

export function changeEdge(
  definition: Definition,
  { from, way, to }: { from: string; way: string; to: string },
  change: (edge: EdgeSpec) => EdgeSpec,
): Definition {
  return {
    ...definition,
    edges: (definition.edges ?? []).map((edge) => (isEdge(edge, from, way, to) ? change(edge) : edge)),
  };
}

function isEdge(edge: EdgeSpec, from: string, way: string, to: string): boolean {
  const split = splitFrom(edge.from);
  return split.node === from && split.way === way && edge.to === to;
}

/** Data from a port into a named input; the step comes after the one that it hears from, if it doesn't yet. */
export function connectData(definition: Definition, from: string, port: string, to: string, name?: string): Definition {
  const target = graphOf(definition).nodes.get(to);
  if (!target) return definition;
  const input =
    name ?? freshId(new Set(Object.keys(target.in ?? {})), port === 'text' || port === 'value' ? from : port);
  const next = setInput(definition, to, input, { node: from, port });
  return isAncestor(graphOf(next), from, to) ? next : connect(next, from, 'ok', to);
}

export function setInput(definition: Definition, id: string, name: string, source: Source | undefined): Definition {
  return withNode(definition, id, (node) => {
    const inputs = changed<Record<string, Source>>(node.in ?? {}, { [name]: source });
    return changed(node, { in: Object.keys(inputs).length > 0 ? inputs : undefined });
  });
}

export function setConfig(definition: Definition, id: string, name: string, value: unknown): Definition {
  return withNode(definition, id, (node) => ({ ...node, config: changed(node.config ?? {}, { [name]: value }) }));
}

/** With all that is inside them, and whatever hung on them. */
export function removeNodes(definition: Definition, ids: Iterable<string>): Definition {
  const graph = graphOf(definition);
  const gone = new Set<string>();
  for (const id of ids) for (const one of [id, ...insideOf(graph, id)]) gone.add(one);
  if (gone.size === 0) return definition;
  const nodes = definition.nodes
    .filter(({ id }) => !gone.has(id))
    .map((node) => {
      const body = node.body?.filter((id) => !gone.has(id));
      const inputs =
        node.in && Object.entries(node.in).filter(([, source]) => !isPort(source) || !gone.has(source.node));
      const sameBody = body?.length === node.body?.length;
      const sameInputs = inputs?.length === (node.in && Object.keys(node.in).length);
      if (sameBody && sameInputs) return node;
      return changed(node, {
        ...(body ? { body } : {}),
        ...(inputs ? { in: inputs.length > 0 ? Object.fromEntries(inputs) : undefined } : {}),
      });
    });
  const without = <T>(map: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(map).filter(([id]) => !gone.has(id)));
  return {
    ...definition,
    nodes,
    edges: (definition.edges ?? []).filter((edge) => !gone.has(splitFrom(edge.from).node) && !gone.has(edge.to)),
    ...(definition.ui ? { ui: { ...definition.ui, nodes: without(definition.ui.nodes ?? {}) } } : {}),
    ...(definition.pins ? { pins: without(definition.pins) } : {}),
  };
}

export function moveNodes(definition: Definition, places: ReadonlyMap<string, Point>): Definition {
  if (places.size === 0) return definition;
  const nodes = { ...definition.ui?.nodes };
  for (const [id, { x, y }] of places) nodes[id] = { ...nodes[id], x: Math.round(x), y: Math.round(y) };
  return { ...definition, ui: { ...definition.ui, nodes } };
}

/** Into a container, or out of all of them. Lines that would cross its border are taken away: nothing may lead through it. */
export function moveInto(definition: Definition, id: string, container: string | undefined): Definition {
  const graph = graphOf(definition);
  if (graph.parent.get(id) === container || id === container) return definition;
  if (container !== undefined && insideOf(graph, id).includes(container)) return definition;
  const nodes = definition.nodes.map((node) => {
    const has = node.body?.includes(id) === true;
    if (node.id === container) return { ...node, body: [...(node.body ?? []), id] };
    return has ? { ...node, body: node.body?.filter((child) => child !== id) ?? [] } : node;
  });
  const next = { ...definition, nodes };
  const parents = graphOf(next).parent;
  const edges = (definition.edges ?? []).filter((edge) => {
    const from = splitFrom(edge.from).node;
    return (from !== id && edge.to !== id) || parents.get(from) === parents.get(edge.to);
  });
  return { ...next, edges };
}

/** The new id stands wherever the old one stood, in expressions and templates too. */
export function renameNode(definition: Definition, id: string, to: string): Definition {
  const taken = idsOf(definition);
  if (id === to || taken.has(to) || !/^[a-z][a-z0-9_]*$/.test(to)) return definition;
  const rename = renamer(new Map([[id, to]]));
  const keyed = <T>(map: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key === id ? to : key, value]));
  return {
    ...definition,
    nodes: definition.nodes.map((node) => rename.node(node)),
    ...(definition.edges ? { edges: definition.edges.map(rename.edge) } : {}),
    ...(definition.outputs
      ? {
          outputs: Object.fromEntries(
            Object.entries(definition.outputs).map(([name, output]) => [
              name,
              { ...output, from: rename.from(output.from) },
            ]),
          ),
        }
      : {}),
    ...(definition.tests ? { tests: rename.value(definition.tests) as unknown[] } : {}),
    ...(definition.ui ? { ui: { ...definition.ui, nodes: keyed(definition.ui.nodes ?? {}) } } : {}),
    ...(definition.pins ? { pins: keyed(definition.pins) } : {}),
  };
}

/** Rewrites every mention of steps by their new ids. What mentions none keeps its identity. */
export function renamer(ids: ReadonlyMap<string, string>) {
  const name = (id: string): string => ids.get(id) ?? id;
  const from = (text: string): string => {
    const { node, way } = splitFrom(text);
    return ids.has(node) ? `${name(node)}${text.includes('.') ? `.${way}` : ''}` : text;
  };
  const value = (at: unknown): unknown => {
    if (typeof at === 'string') {
      return at.replace(/\bnodes\.([a-z][a-z0-9_]*)\b/g, (whole, id: string) =>
        ids.has(id) ? `nodes.${name(id)}` : whole,
      );
    }
    if (Array.isArray(at)) {
      const next = at.map(value);
      return next.some((one, index) => one !== at[index]) ? next : at;
    }
    if (!isRecord(at)) return at;
    const entries = Object.entries(at).map(([key, one]) => [key, value(one)] as const);
    return entries.some(([key, one]) => one !== at[key]) ? Object.fromEntries(entries) : at;
  };
  const node = (spec: NodeSpec): NodeSpec => {
    const rewritten = value(spec) as NodeSpec;
    const inputs = Object.entries(rewritten.in ?? {});
    const moved = inputs.some(([, source]) => isPort(source) && ids.has(source.node));
    const body = rewritten.body?.some((child) => ids.has(child)) === true;
    if (!ids.has(spec.id) && !moved && !body) return rewritten;
    return {
      ...rewritten,
      id: name(spec.id),
      ...(moved
        ? {
            in: Object.fromEntries(
              inputs.map(([key, source]) => [key, isPort(source) ? { ...source, node: name(source.node) } : source]),
            ),
          }
        : {}),
      ...(body && rewritten.body ? { body: rewritten.body.map(name) } : {}),
    };
  };
  const edge = (spec: EdgeSpec): EdgeSpec => {
    const next = { ...(value(spec) as EdgeSpec), from: from(spec.from), to: name(spec.to) };
    return next.from === spec.from && next.to === spec.to && next.when === spec.when ? spec : next;
  };
  return { node, edge, from, value };
}
