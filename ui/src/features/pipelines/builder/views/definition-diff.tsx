/** Two definitions against each other, line by line; long stretches that are the same are left out. */
import { classNames } from '@/lib/class-names';

import type { Definition } from '../../shared/definition';
import { folded, type DiffLine } from '../model/line-diff';

export function DefinitionDiff({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <pre className="font-mono text-dense">
      {folded(lines).map((line, index) =>
        line === null ? (
          <span key={index} className="block py-1 text-muted-foreground">
            …
          </span>
        ) : (
          <span
            key={index}
            className={classNames(
              'block whitespace-pre-wrap',
              line.type === 'gone' && 'bg-danger-surface text-danger',
              line.type === 'new' && 'bg-success-surface text-success',
            )}
          >
            {line.type === 'gone' ? '− ' : line.type === 'new' ? '+ ' : '  '}
            {line.text}
          </span>
        ),
      )}
    </pre>
  );
}

/** What a definition is about: not where boxes stand, nor what is pinned. */
export function meaningOf(definition: Definition): string {
  const { ui: _ui, pins: _pins, ...rest } = definition;
  return JSON.stringify(rest, null, 2);
}
