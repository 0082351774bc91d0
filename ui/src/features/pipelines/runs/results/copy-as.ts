/** A value in the forms that people carry elsewhere. */
import { isDiff } from './diff';
import { endingOf, fencedCode } from './language';
import { cellText, readTable, toCsv } from './table';

export interface Form {
  label: string;
  /** The file's ending. */
  ending: string;
  mime: string;
  make: () => string;
}

/** `language` is that of a text, where the step that made it says. */
export function formsOf(value: unknown, language: string | null = null): Form[] {
  const json: Form = {
    label: 'JSON',
    ending: 'json',
    mime: 'application/json',
    make: () => JSON.stringify(value, null, 2),
  };
  if (typeof value === 'string') {
    const fenced = fencedCode(value);
    const code = fenced?.language ?? language;
    return [
      ...(isDiff(value) ? [{ label: 'Patch', ending: 'patch', mime: 'text/x-patch', make: () => value }] : []),
      ...(code === null || code === 'json'
        ? []
        : [{ label: 'Code', ending: endingOf(code), mime: 'text/plain', make: () => fenced?.text ?? value }]),
      { label: 'Text', ending: 'txt', mime: 'text/plain', make: () => value },
      { label: 'Markdown', ending: 'md', mime: 'text/markdown', make: () => value },
      json,
    ];
  }
  const table = readTable(value);
  if (table === null) return [json];
  return [
    { label: 'CSV', ending: 'csv', mime: 'text/csv', make: () => toCsv(table) },
    { label: 'Markdown table', ending: 'md', mime: 'text/markdown', make: () => toMarkdown(table.columns, table.rows) },
    json,
  ];
}

export function toMarkdown(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) =>
    `| ${columns.map((_, index) => cellText(cells[index]).replaceAll('|', '\\|').replaceAll(/\r?\n/g, '<br>')).join(' | ')} |`;
  return [line(columns), `| ${columns.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n') + '\n';
}

/** A file's name out of what made it: "code-factory-report.md". */
export function fileName(parts: readonly string[], ending: string): string {
  const name = parts
    .map((part) =>
      part
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, ''),
    )
    .filter(Boolean)
    .join('-');
  return `${name === '' ? 'result' : name.slice(0, 80)}.${ending}`;
}
