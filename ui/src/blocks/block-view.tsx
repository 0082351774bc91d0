/** One block as elements. While its identity stays it isn't painted again. */
import { Square, SquareCheck } from 'lucide-react';
import { memo } from 'react';

import type { Block, BlockNode, Inline, ListItem, TableAlignment } from '@/api/generated';
import { classNames } from '@/lib/class-names';

import { CodeBlock } from './code-block';
import { Inlines } from './inlines';
import { MathView } from './math';

interface BlockViewProps {
  block: Block;
  /** Nothing of the answer stands above it. */
  first: boolean;
  /** Text is still being added to it. */
  open: boolean;
}

/** The distance to its neighbours is padding: margins inside a block would fold into margins between blocks. */
export const BlockView = memo(function BlockView({ block, first, open }: BlockViewProps) {
  return (
    <div className={classNames('py-1.5', first && '*:pt-0')}>
      <Node node={block.node} open={open} />
    </div>
  );
});

function Nodes({ nodes, open = false }: { nodes: readonly BlockNode[]; open?: boolean }) {
  return nodes.map((node, index) => <Node key={index} node={node} open={open && index === nodes.length - 1} />);
}

const headings = [
  'pt-3 text-title',
  'pt-2 text-heading text-[1.0625rem]',
  'pt-1 text-heading',
  'text-answer font-semibold',
  'text-answer font-semibold',
  'text-answer font-semibold text-muted-foreground',
];

function Node({ node, open }: { node: BlockNode; open: boolean }) {
  switch (node.type) {
    case 'paragraph':
      return (
        <p>
          <Inlines content={node.content} />
        </p>
      );
    case 'heading': {
      // The page has its own first heading.
      const Tag = (['h2', 'h3', 'h4', 'h5', 'h6', 'h6'] as const)[node.level - 1] ?? 'h6';
      return (
        <Tag className={headings[node.level - 1]}>
          <Inlines content={node.content} />
        </Tag>
      );
    }
    case 'code':
      return <CodeBlock language={node.language} text={node.text} open={open} />;
    case 'quote':
      return (
        <blockquote className="flex flex-col gap-2 border-l-2 border-control pl-4 text-muted-foreground">
          <Nodes nodes={node.blocks} open={open} />
        </blockquote>
      );
    case 'list':
      return <ListView node={node} open={open} />;
    case 'table':
      return <TableView alignments={node.alignments} head={node.head} rows={node.rows} />;
    case 'rule':
      return <hr className="my-1" />;
    case 'math':
      return <MathView tree={node.tree} source={node.source} error={node.error} display />;
    case 'footnote':
      return (
        <div className="flex gap-2 text-dense text-muted-foreground" role="note">
          <sup className="tabular pt-2 text-caption">{node.label}</sup>
          <div className="flex min-w-0 flex-1 flex-col gap-2">
            <Nodes nodes={node.blocks} open={open} />
          </div>
        </div>
      );
  }
}

function ListView({ node, open }: { node: Extract<BlockNode, { type: 'list' }>; open: boolean }) {
  const tasks = node.items.some((item) => item.checked !== undefined);
  const className = classNames(
    'flex flex-col',
    node.tight ? 'gap-1' : 'gap-2.5',
    tasks ? 'list-none' : classNames('pl-6 marker:text-muted-foreground', node.ordered ? 'list-decimal' : 'list-disc'),
  );
  const items = node.items.map((item, index) => (
    <Item key={index} item={item} tight={node.tight} open={open && index === node.items.length - 1} />
  ));
  return node.ordered ? (
    <ol start={node.start} className={className}>
      {items}
    </ol>
  ) : (
    <ul className={className}>{items}</ul>
  );
}

function Item({ item, tight, open }: { item: ListItem; tight: boolean; open: boolean }) {
  const inside = (
    <div className={classNames('flex min-w-0 flex-col', tight ? 'gap-1' : 'gap-2')}>
      <Nodes nodes={item.blocks} open={open} />
    </div>
  );
  if (item.checked === undefined) return <li className="pl-1">{inside}</li>;
  const Mark = item.checked ? SquareCheck : Square;
  return (
    <li className="flex gap-2">
      <Mark
        role="img"
        aria-label={item.checked ? 'Done' : 'Not done'}
        className={classNames('mt-1 size-4 shrink-0', item.checked ? 'text-accent' : 'text-muted-foreground')}
      />
      {inside}
    </li>
  );
}

const sides: Record<TableAlignment, string> = {
  none: 'text-left',
  left: 'text-left',
  center: 'mx-auto text-center',
  right: 'ml-auto text-right',
};

interface TableProps {
  alignments: readonly TableAlignment[];
  head: readonly Inline[][];
  rows: readonly Inline[][][];
}

function TableView({ alignments, head, rows }: TableProps) {
  return (
    <div
      role="region"
      aria-label="Table"
      tabIndex={0}
      className="max-w-full overflow-x-auto rounded-control border border-border"
    >
      <table className="tabular w-full border-collapse text-base">
        <thead className="bg-panel">
          <tr>
            {head.map((cell, column) => (
              <th
                key={column}
                scope="col"
                className={classNames('border-b px-3 py-2 font-medium', sides[alignments[column] ?? 'none'])}
              >
                <Inlines content={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <Row key={index} row={row} alignments={alignments} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(function Row({
  row,
  alignments,
}: {
  row: readonly Inline[][];
  alignments: readonly TableAlignment[];
}) {
  return (
    <tr className="border-b last:border-0">
      {row.map((cell, column) => (
        <td key={column} className="px-3 py-2 align-top">
          {/* As wide as its words, up to a limit: the table scrolls rather than breaking every cell. */}
          <div className={classNames('w-max max-w-72', sides[alignments[column] ?? 'none'])}>
            <Inlines content={cell} />
          </div>
        </td>
      ))}
    </tr>
  );
});
