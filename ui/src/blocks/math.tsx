/** A formula as MathML elements: names and attributes are those of a closed list, so it is layout and nothing else. */
import { createElement, type ReactNode } from 'react';

import type { MathNode } from '@/api/generated';

import { classNames } from '@/lib/class-names';

export interface MathViewProps {
  tree: MathNode | undefined;
  source: string;
  error: string | undefined;
  /** On a line of its own. */
  display: boolean;
}

export function MathView({ tree, source, error, display }: MathViewProps) {
  if (!tree) {
    return (
      <code
        title={error}
        className="rounded-small border border-border bg-panel px-1 py-px font-mono text-[0.875em] break-words"
      >
        {source}
      </code>
    );
  }
  const props = { display: display ? 'block' : 'inline', 'aria-label': undefined };
  const inside = tree.tag === 'math' ? element(tree, 0, props) : createElement('math', props, element(tree, 0));
  return (
    <span className={classNames(display ? 'block overflow-x-auto py-1 text-center' : 'inline')} title={source}>
      {inside}
    </span>
  );
}

function element(node: MathNode, key: number, more: object = {}): ReactNode {
  return createElement(
    node.tag,
    { key, ...node.attributes, ...more },
    ...(node.children ?? []).map((child, index) => element(child, index)),
    ...(node.text === undefined ? [] : [node.text]),
  );
}
