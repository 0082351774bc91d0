/**
 * A pipeline's definition as its file has it: the page edits that JSON itself and keeps whatever it doesn't know.
 * What is right and wrong with it is told by `pipeline/validate`, never decided here.
 */
export interface Definition {
  format: string;
  id: string;
  name?: string;
  description?: string;
  inputs?: Record<string, InputSpec>;
  outputs?: Record<string, OutputSpec>;
  vars?: Record<string, unknown>;
  defaults?: Record<string, unknown>;
  concurrency?: { max_runs?: number; key?: string };
  nodes: NodeSpec[];
  edges?: EdgeSpec[];
  triggers?: TriggerSpec[];
  schemas?: Record<string, unknown>;
  secrets?: string[];
  on_failure?: string;
  tests?: unknown[];
  ui?: Layout;
  pins?: Pins;
}

export type Pins = Record<string, Record<string, unknown>>;

export interface InputSpec {
  type: string;
  required?: boolean;
  default?: unknown;
  label?: string;
  help?: string;
}

export interface OutputSpec {
  type?: string;
  from: string;
}

/** Where a named input of a step comes from: a port, an input of the pipeline, a loop's carry, an expression, a constant. */
export type Source =
  { node: string; port: string } | { input: string } | { carry: string } | { expr: string } | { value: unknown };

export interface NodeSpec {
  id: string;
  kind: string;
  v?: number;
  label?: string;
  off?: boolean;
  effect?: string;
  config?: Record<string, unknown>;
  in?: Record<string, Source>;
  out?: Record<string, string>;
  cache?: string;
  retry?: Record<string, unknown>;
  timeout?: Record<string, unknown>;
  on_error?: unknown;
  on_ambiguous?: unknown;
  body?: string[];
  carry?: Record<string, string>;
}

export interface EdgeSpec {
  /** "node" or "node.way". */
  from: string;
  to: string;
  when?: string;
}

export interface TriggerSpec {
  id: string;
  kind: string;
  [key: string]: unknown;
}

export interface Point {
  x: number;
  y: number;
}

export interface Note extends Point {
  id: string;
  text: string;
  w?: number;
  h?: number;
}

/** Where boxes stand; of a step inside a container, from that container's corner. */
export interface Layout {
  nodes?: Record<string, Point & { color?: string }>;
  viewport?: Point & { zoom: number };
  notes?: Note[];
  [key: string]: unknown;
}

export const format = 'webplus.pipeline/1';

/** What can be drawn of a value; else the sentence that says why nothing can. */
export function readDefinition(value: unknown): { definition: Definition } | { problem: string } {
  if (!isRecord(value)) return { problem: 'A definition is an object: it begins with { and ends with }.' };
  if (typeof value.id !== 'string') return { problem: 'A definition needs an "id".' };
  if (!Array.isArray(value.nodes)) return { problem: 'A definition needs "nodes": a list of its steps.' };
  const ids = new Set<string>();
  for (const [index, node] of (value.nodes as unknown[]).entries()) {
    if (!isRecord(node) || typeof node.id !== 'string' || typeof node.kind !== 'string') {
      return { problem: `Step ${index + 1} of "nodes" needs an "id" and a "kind", both of them text.` };
    }
    if (ids.has(node.id)) return { problem: `Two steps are called "${node.id}". Give one of them another id.` };
    ids.add(node.id);
    if (node.body !== undefined && !isTexts(node.body)) return { problem: `"body" of ${node.id} is a list of ids.` };
    for (const key of ['config', 'in', 'out', 'carry']) {
      if (node[key] !== undefined && !isRecord(node[key])) return { problem: `"${key}" of ${node.id} is an object.` };
    }
  }
  if (value.edges !== undefined) {
    if (!Array.isArray(value.edges)) return { problem: '"edges" is a list.' };
    for (const edge of value.edges as unknown[]) {
      if (!isRecord(edge) || typeof edge.from !== 'string' || typeof edge.to !== 'string') {
        return { problem: 'Each of "edges" needs a "from" and a "to".' };
      }
    }
  }
  for (const key of ['inputs', 'outputs', 'ui', 'pins', 'schemas', 'vars']) {
    if (value[key] !== undefined && !isRecord(value[key])) return { problem: `"${key}" is an object.` };
  }
  return { definition: value as unknown as Definition };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export const nodeTitle = (node: NodeSpec): string =>
  node.label === undefined || node.label === '' ? node.id : node.label;

/** "plan.ok" and "plan" are the same way out. */
export function splitFrom(from: string): { node: string; way: string } {
  const dot = from.indexOf('.');
  return dot < 0 ? { node: from, way: 'ok' } : { node: from.slice(0, dot), way: from.slice(dot + 1) };
}

export const joinFrom = (node: string, way: string): string => (way === 'ok' ? node : `${node}.${way}`);

export const isPort = (source: Source): source is { node: string; port: string } =>
  isRecord(source) && 'node' in source && 'port' in source;
