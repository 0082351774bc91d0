/** Questions to a definition's graph. Pure; a definition's answers are worked out once and kept as long as it lives. */
import type { KindInfo } from './api';
import { isPort, isRecord, splitFrom, type Definition, type NodeSpec } from './definition';

export interface Graph {
  nodes: ReadonlyMap<string, NodeSpec>;
  /** The container that a step stands in. */
  parent: ReadonlyMap<string, string>;
  /** By step: who comes after it, by which way. */
  after: ReadonlyMap<string, readonly { way: string; to: string }[]>;
  before: ReadonlyMap<string, readonly { way: string; from: string }[]>;
}

const graphs = new WeakMap<Definition, Graph>();

export function graphOf(definition: Definition): Graph {
  const known = graphs.get(definition);
  if (known) return known;
  const nodes = new Map(definition.nodes.map((node) => [node.id, node]));
  const parent = new Map<string, string>();
  for (const node of definition.nodes) {
    for (const child of node.body ?? []) if (nodes.has(child) && child !== node.id) parent.set(child, node.id);
  }
  const after = new Map<string, { way: string; to: string }[]>();
  const before = new Map<string, { way: string; from: string }[]>();
  for (const edge of definition.edges ?? []) {
    const { node: from, way } = splitFrom(edge.from);
    push(after, from, { way, to: edge.to });
    push(before, edge.to, { way, from });
  }
  const graph = { nodes, parent, after, before };
  graphs.set(definition, graph);
  return graph;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The containers around a step, the innermost first. */
export function containersOf(graph: Graph, id: string): string[] {
  const found: string[] = [];
  for (let at = graph.parent.get(id); at !== undefined && !found.includes(at); at = graph.parent.get(at))
    found.push(at);
  return found;
}

/** All steps inside a container, those inside its containers too. */
export function insideOf(graph: Graph, id: string): string[] {
  const found: string[] = [];
  const look = (at: string) => {
    for (const child of graph.nodes.get(at)?.body ?? []) {
      if (found.includes(child) || !graph.nodes.has(child)) continue;
      found.push(child);
      look(child);
    }
  };
  look(id);
  return found;
}

/** Whether results of `before` are there when `id` begins: it comes before it, or before a container around it. */
export function isAncestor(graph: Graph, before: string, id: string): boolean {
  const seen = new Set<string>();
  const queue = [id, ...containersOf(graph, id)];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const { from } of graph.before.get(at) ?? []) {
      if (from === before) return true;
      if (seen.has(from)) continue;
      seen.add(from);
      queue.push(from);
    }
  }
  return false;
}

/** The steps on the way from `from` to `to`, both included; null where no way leads there. */
export function pathBetween(graph: Graph, from: string, to: string): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const queue = [from];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === to) {
      const path: string[] = [];
      for (let step: string | null | undefined = to; step !== null && step !== undefined; step = cameFrom.get(step)) {
        path.unshift(step);
      }
      return path;
    }
    for (const { to: next } of graph.after.get(at) ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  return null;
}

/** Steps in the order in which they may run; those inside a container follow it. */
export function inOrder(definition: Definition): NodeSpec[] {
  const graph = graphOf(definition);
  const order: NodeSpec[] = [];
  const done = new Set<string>();
  const level = (parent: string | undefined) => {
    const here = definition.nodes.filter(({ id }) => graph.parent.get(id) === parent);
    const ids = new Set(here.map(({ id }) => id));
    const waiting = new Map(
      here.map(({ id }) => [
        id,
        new Set((graph.before.get(id) ?? []).map(({ from }) => from).filter((from) => ids.has(from))),
      ]),
    );
    const ready = here.filter(({ id }) => waiting.get(id)?.size === 0);
    const take = (node: NodeSpec) => {
      if (done.has(node.id)) return;
      done.add(node.id);
      order.push(node);
      if (node.body) level(node.id);
      for (const { to } of graph.after.get(node.id) ?? []) {
        const left = waiting.get(to);
        if (!left) continue;
        left.delete(node.id);
        const next = graph.nodes.get(to);
        if (left.size === 0 && next) ready.push(next);
      }
    };
    for (let node = ready.shift(); node; node = ready.shift()) take(node);
    // On a cycle nothing is first: as they stand.
    for (const node of here) take(node);
  };
  level(undefined);
  for (const node of definition.nodes) if (!done.has(node.id)) order.push(node);
  return order;
}

/** The ways that a step can be left by; `error` where something leaves by it, or says so. */
export function waysOf(node: NodeSpec, kind: KindInfo | undefined, used: readonly string[] = []): string[] {
  const ways = [...(kind?.ways ?? ['ok'])];
  const config = node.config ?? {};
  if (node.kind === 'switch') {
    ways.splice(0, ways.length, ...(isRecord(config.cases) ? Object.keys(config.cases) : []), 'default');
  }
  if (node.kind === 'router') {
    ways.splice(0, ways.length, ...(isRecord(config.routes) ? Object.keys(config.routes) : []), 'default');
  }
  if (node.kind === 'human') {
    const answers = Array.isArray(config.answers) ? config.answers.filter((one) => typeof one === 'string') : [];
    if (answers.length > 0) ways.splice(0, ways.length, ...answers);
    const timedOut = typeof config.on_timeout === 'string' ? /^branch:(.+)$/.exec(config.on_timeout)?.[1] : undefined;
    if (timedOut !== undefined) ways.push(timedOut);
  }
  if (node.on_error === 'branch') ways.push('error');
  for (const way of used) ways.push(way);
  return [...new Set(ways)];
}

export interface PortShown {
  name: string;
  type: string;
}

/** A step's data ports: its kind's, with the types that the definition gives them, and its own. */
export function portsOf(node: NodeSpec, kind: KindInfo | undefined): PortShown[] {
  const own = node.out ?? {};
  const ports = (kind?.ports ?? []).map(({ name, kind: type }) => ({ name, type: own[name] ?? type }));
  for (const [name, type] of Object.entries(own)) {
    if (!ports.some((port) => port.name === name)) ports.push({ name, type });
  }
  return ports;
}

export const portType = (node: NodeSpec, kind: KindInfo | undefined, port: string): string =>
  portsOf(node, kind).find(({ name }) => name === port)?.type ?? 'any';

/** The steps whose results a step's texts name: `nodes.ID.PORT`, wherever it stands. */
export function namedIn(value: unknown): { node: string; port: string }[] {
  const found = new Map<string, { node: string; port: string }>();
  const look = (at: unknown) => {
    if (typeof at === 'string') {
      for (const [, node = '', port = ''] of at.matchAll(/\bnodes\.([a-z][a-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)/g)) {
        found.set(`${node}.${port}`, { node, port });
      }
    } else if (Array.isArray(at)) at.forEach(look);
    else if (isRecord(at)) Object.values(at).forEach(look);
  };
  look(value);
  return [...found.values()];
}

/** All data that flows into a step: by its named inputs, and by what its texts name. */
export function dataInto(node: NodeSpec): { node: string; port: string; input?: string }[] {
  const named = Object.entries(node.in ?? {}).flatMap(([input, source]) =>
    isPort(source) ? [{ ...source, input }] : [],
  );
  return [...named, ...namedIn(node.config)];
}
