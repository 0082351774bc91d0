/** The registry: each way of showing a value, and what shows it. */
import type { ReactNode } from 'react';

import { CodeBlock } from '@/blocks/code-block';

import { DiffView } from './diff-view';
import { JsonView } from './json-view';
import type { Way } from './kinds';
import { fencedCode } from './language';
import { MarkdownView } from './markdown-view';
import { AudioView, FileView, ImageView } from './media-view';
import { MessagesView } from './messages-view';
import { readTable } from './table';
import { TableView } from './table-view';
import { readTestReport } from './test-report';
import { TestsView } from './tests-view';
import { TextView } from './text-view';

/** Whose value it is: what a file's bytes are asked by. */
export interface ValueOf {
  run: string;
  scope: string;
  node: string;
  port: string;
}

interface Shown {
  value: unknown;
  of?: ValueOf | undefined;
  /** Of a text, where it is known. */
  language?: string | null | undefined;
  /** What it is, to who can't see it: "text of plan". */
  label: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const views: Record<Way, (shown: Shown) => ReactNode> = {
  text: ({ value, label }) => <TextView text={text(value)} label={label} />,
  markdown: ({ value }) => <MarkdownView text={text(value)} />,
  code: ({ value, language }) => {
    const fenced = fencedCode(text(value));
    return <CodeBlock language={fenced?.language ?? language ?? ''} text={fenced?.text ?? text(value)} open={false} />;
  },
  json: ({ value, label }) => <JsonView value={value} label={label} />,
  table: ({ value, label }) => {
    const table = readTable(value);
    return table && <TableView table={table} label={label} />;
  },
  diff: ({ value, label }) => <DiffView text={text(value)} label={label} />,
  tests: ({ value }) => {
    const report = readTestReport(value);
    return report && <TestsView report={report} />;
  },
  image: ({ value, label, of }) => <ImageView value={value} label={label} of={of} />,
  audio: ({ value, label }) => <AudioView value={value} label={label} />,
  file: ({ value }) => <FileView value={value} />,
  messages: ({ value }) => <MessagesView messages={Array.isArray(value) ? value : []} />,
  scalar: ({ value }) => <p className="tabular text-heading">{scalarWords(value)}</p>,
};

function scalarWords(value: unknown): string {
  if (value === null) return 'Nothing';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return text(value);
}

export const showBy = (way: Way, shown: Shown): ReactNode => views[way](shown);
