/**
 * A condition as rows (a value, how it is compared, with what) and as the expression that is kept. What the rows can't say stays
 * text. Pure: what an expression gives is the application's to say.
 */
import type { Definition } from '../../shared/definition';
import { containersOf, graphOf, isAncestor, portsOf } from '../../shared/graph';
import type { Kinds } from '../../shared/scene';

export type Op = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'has' | 'lacks' | 'true' | 'false' | 'empty' | 'filled';

export interface Row {
  field: string;
  op: Op;
  /** As it is typed; nothing for those that need none. */
  value: string;
}

export interface Rows {
  join: 'and' | 'or';
  rows: Row[];
}

export const ops: readonly { value: Op; label: string; alone?: boolean }[] = [
  { value: 'eq', label: 'is' },
  { value: 'ne', label: 'is not' },
  { value: 'gt', label: 'is more than' },
  { value: 'ge', label: 'is at least' },
  { value: 'lt', label: 'is less than' },
  { value: 'le', label: 'is at most' },
  { value: 'has', label: 'contains' },
  { value: 'lacks', label: 'doesn’t contain' },
  { value: 'true', label: 'is true', alone: true },
  { value: 'false', label: 'is false', alone: true },
  { value: 'empty', label: 'is empty', alone: true },
  { value: 'filled', label: 'isn’t empty', alone: true },
];

const signs: Partial<Record<Op, string>> = { eq: '==', ne: '!=', gt: '>', ge: '>=', lt: '<', le: '<=' };
export const isAlone = (op: Op): boolean => ops.find(({ value }) => value === op)?.alone === true;

/** Null where rows can't say it. Nothing at all is no rows. */
export function readRows(text: string): Rows | null {
  if (text.trim() === '') return { join: 'and', rows: [] };
  const parts = partsOf(text.trim());
  if (!parts) return null;
  const rows = parts.terms.map(readTerm);
  return rows.every((row) => row !== null) ? { join: parts.join, rows } : null;
}

export function writeRows({ join, rows }: Rows): string {
  return rows
    .filter(({ field }) => field.trim() !== '')
    .map(writeTerm)
    .join(` ${join} `);
}

function writeTerm({ field, op, value }: Row): string {
  switch (op) {
    case 'true':
      return field;
    case 'false':
      return `not ${field}`;
    case 'empty':
      return `${field} == ''`;
    case 'filled':
      return `${field} != ''`;
    case 'has':
      return `${literal(value)} in ${field}`;
    case 'lacks':
      return `${literal(value)} not in ${field}`;
    default:
      return `${field} ${signs[op] ?? '=='} ${literal(value)}`;
  }
}

const path = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])*(?:\s*\|\s*[a-z_]+)?$/;
const roots = /^(?:(?:nodes|inputs|vars|carry|event|in|item|error|outputs)[.[]|(?:item|index)$)/;

/** What is typed as a number, a yes or no, or the name of a value is that; all else is text. */
function literal(typed: string): string {
  const text = typed.trim();
  if (/^-?\d+(\.\d+)?$/.test(text) || ['true', 'false', 'none'].includes(text)) return text;
  if (roots.test(text) && path.test(text)) return text;
  if (quoted(text) !== null) return text;
  return `'${typed.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}

/** The text inside of quotes; null for what isn't quoted whole. */
function quoted(text: string): string | null {
  const match = /^'((?:[^'\\]|\\.)*)'$/.exec(text) ?? /^"((?:[^"\\]|\\.)*)"$/.exec(text);
  return match ? match[1]!.replaceAll(/\\(.)/g, '$1') : null;
}

/** As a person would type it: without quotes, where it is text without them too. */
function typedOf(written: string): string | null {
  const text = quoted(written);
  if (text === null) return /^-?\d+(\.\d+)?$/.test(written) || path.test(written) ? written : null;
  return text !== '' && text === text.trim() && quoted(literal(text)) === text ? text : written;
}

function readTerm(term: string): Row | null {
  const negated = /^not\s+(.+)$/.exec(term)?.[1]?.trim();
  if (negated !== undefined && path.test(negated)) return { field: negated, op: 'false', value: '' };
  const inside = /^(.+?)\s+(not\s+)?in\s+(.+)$/.exec(term);
  if (inside && path.test(inside[3]!.trim())) {
    const value = typedOf(inside[1]!.trim());
    return value === null ? null : { field: inside[3]!.trim(), op: inside[2] === undefined ? 'has' : 'lacks', value };
  }
  const compared = /^(.+?)\s*(==|!=|>=|<=|>|<)\s*(.+)$/.exec(term);
  if (!compared) return path.test(term) ? { field: term, op: 'true', value: '' } : null;
  const [, left, sign, right] = compared as unknown as [string, string, string, string];
  if (!path.test(left.trim())) return null;
  const field = left.trim();
  if (quoted(right.trim()) === '' && (sign === '==' || sign === '!=')) {
    return { field, op: sign === '==' ? 'empty' : 'filled', value: '' };
  }
  const op = (Object.keys(signs) as Op[]).find((one) => signs[one] === sign);
  const value = typedOf(right.trim());
  return op === undefined || value === null ? null : { field, op, value };
}

/** What stands between `and`s or between `or`s, outside of quotes; null for a mix, and for brackets. */
function partsOf(text: string): { join: 'and' | 'or'; terms: string[] } | null {
  const terms: string[] = [];
  let join: 'and' | 'or' | null = null;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    if (quote !== '') {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = '';
      continue;
    }
    if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '(' || sign === ')') return null;
    const word = /^\s(and|or)\s/.exec(text.slice(at, at + 5))?.[1] as 'and' | 'or' | undefined;
    if (word === undefined) continue;
    if (join !== null && join !== word) return null;
    join = word;
    terms.push(text.slice(from, at).trim());
    at += word.length;
    from = at + 1;
  }
  if (quote !== '') return null;
  terms.push(text.slice(from).trim());
  return { join: join ?? 'and', terms };
}

/** What an expression at a step may name, the nearest first. `own` says whether it may name its own step's results too. */
export function namesAt(definition: Definition, kinds: Kinds, id: string, own = false): string[] {
  const graph = graphOf(definition);
  const around = containersOf(graph, id);
  const names: string[] = [];
  const inside = new Set(graph.nodes.get(id)?.body ?? []);
  for (const node of definition.nodes.toReversed()) {
    const named = (own && node.id === id) || inside.has(node.id) || isAncestor(graph, node.id, id);
    if (named) for (const { name } of portsOf(node, kinds.get(node.kind))) names.push(`nodes.${node.id}.${name}`);
  }
  for (const name of Object.keys(definition.inputs ?? {})) names.push(`inputs.${name}`);
  for (const name of Object.keys(definition.vars ?? {})) names.push(`vars.${name}`);
  for (const one of around) {
    const container = graph.nodes.get(one);
    if (container?.kind === 'map') names.push('item', 'index');
    for (const name of Object.keys(container?.carry ?? {})) names.push(`carry.${name}`);
  }
  return [...new Set(names)];
}
