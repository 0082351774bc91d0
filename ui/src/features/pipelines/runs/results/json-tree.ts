/** JSON as a tree of lines: which are open, what each of them says, and how its place is written in an expression. */
export interface Line {
  /** The place: "", ".plan", ".plan.items[3]". */
  path: string;
  depth: number;
  /** The key or the index it stands under; null at the top. */
  name: string | null;
  value: unknown;
  /** How many are inside; null for what has no inside. */
  inside: number | null;
  open: boolean;
}

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function pathOf(parent: string, name: string | number): string {
  if (typeof name === 'number') return `${parent}[${name}]`;
  return plain.test(name) ? `${parent}.${name}` : `${parent}[${JSON.stringify(name)}]`;
}

export function insideOf(value: unknown): readonly (readonly [string | number, unknown])[] | null {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  return typeof value === 'object' && value !== null ? Object.entries(value) : null;
}

/** How many lines are made at most: a tree of a million leaves opens as far as it can be read. */
export const mostLines = 5_000;

/** The lines to be seen. `isOpen` is asked for what has an inside. */
export function linesOf(value: unknown, isOpen: (path: string, depth: number) => boolean): Line[] {
  const lines: Line[] = [];
  const add = (path: string, name: string | null, at: unknown, depth: number) => {
    if (lines.length >= mostLines) return;
    const inside = insideOf(at);
    const open = inside !== null && inside.length > 0 && isOpen(path, depth);
    lines.push({ path, depth, name, value: at, inside: inside?.length ?? null, open });
    if (!open) return;
    for (const [key, child] of inside) add(pathOf(path, key), String(key), child, depth + 1);
  };
  add('', null, value, 0);
  return lines;
}

/** What opens by itself: all of a small tree, the first two levels of a large one. */
export function opensAlone(value: unknown): (depth: number) => boolean {
  const small = countLeaves(value, 60) < 60;
  return (depth) => small || depth < 2;
}

function countLeaves(value: unknown, most: number): number {
  const inside = insideOf(value);
  if (inside === null) return 1;
  let count = 1;
  for (const [, child] of inside) {
    count += countLeaves(child, most - count);
    if (count >= most) break;
  }
  return count;
}

/** A value in one line: texts in quotes, what has an inside by its size. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.length}]`;
  if (typeof value === 'object' && value !== null) {
    const count = Object.keys(value).length;
    return count === 0 ? '{}' : `{${count}}`;
  }
  return JSON.stringify(value) ?? 'none';
}
