/** Values as tables: what can be one, its order, and its CSV. */
import { isRecord } from '../../shared/definition';

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly unknown[])[];
}

/** A list of objects, a list of lists with a head, or `{columns, rows}`; null for everything else. */
export function readTable(value: unknown): Table | null {
  if (isRecord(value) && Array.isArray(value.rows)) {
    const columns = Array.isArray(value.columns) ? value.columns.map(columnName) : null;
    const inner = readRows(value.rows as unknown[]);
    if (columns === null) return inner;
    return { columns, rows: (value.rows as unknown[]).map((row) => cellsOf(row, columns)) };
  }
  return Array.isArray(value) ? readRows(value as unknown[]) : null;
}

function readRows(rows: readonly unknown[]): Table | null {
  if (rows.length === 0) return null;
  if (rows.every(isRecord)) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return columns.length === 0 ? null : { columns, rows: rows.map((row) => cellsOf(row, columns)) };
  }
  if (rows.every((row) => Array.isArray(row))) {
    const wide = Math.max(...rows.map((row) => row.length));
    if (wide === 0) return null;
    const [head, ...rest] = rows as unknown[][];
    const named = head?.length === wide && head.every((cell) => typeof cell === 'string' && cell !== '');
    const columns = named ? head.map(String) : Array.from({ length: wide }, (_, index) => `Column ${index + 1}`);
    return { columns, rows: named ? rest : (rows as unknown[][]) };
  }
  return null;
}

const columnName = (column: unknown): string =>
  typeof column === 'string'
    ? column
    : isRecord(column) && typeof column.name === 'string'
      ? column.name
      : String(column);

function cellsOf(row: unknown, columns: readonly string[]): unknown[] {
  if (Array.isArray(row)) return row as unknown[];
  return columns.map((column) => (isRecord(row) ? row[column] : undefined));
}

/** A cell in one line. */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

export interface Order {
  column: number;
  down: boolean;
}

/** Rows by a column, numbers as numbers; what is empty comes last either way. Without an order as they stand. */
export function sorted(rows: Table['rows'], order: Order | null): Table['rows'] {
  if (order === null) return rows;
  const way = order.down ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [one[order.column], other[order.column]];
    const [noA, noB] = [isEmpty(a), isEmpty(b)];
    if (noA || noB) return noA === noB ? 0 : noA ? 1 : -1;
    if (typeof a === 'number' && typeof b === 'number') return way * (a - b);
    return way * cellText(a).localeCompare(cellText(b), 'en', { numeric: true });
  });
}

const isEmpty = (cell: unknown): boolean => cell === null || cell === undefined || cell === '';

/** RFC 4180. A cell that a spreadsheet would run as a formula gets an apostrophe before it. */
export function toCsv({ columns, rows }: Table): string {
  return (
    [columns, ...rows].map((row) => columns.map((_, index) => csvCell(row[index])).join(',')).join('\r\n') + '\r\n'
  );
}

function csvCell(cell: unknown): string {
  const text = cellText(cell);
  const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
