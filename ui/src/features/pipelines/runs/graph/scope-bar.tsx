/** Which item or iteration of each container the canvas shows, and the way to the others. */
import { ChevronLeft, ChevronRight } from 'lucide-react';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { formatCount } from '@/lib/format';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { keyOf } from '../state/keys';
import { usePlace, useShownScopes } from '../state/place';
import { indexOf } from '../state/shown';

export function ScopeBar() {
  const { live, definition, chosen } = usePlace();
  const now = useStore(chosen);
  const shown = useShownScopes();
  const graph = graphOf(definition);
  const containers = definition.nodes.flatMap((spec) => {
    if (spec.body === undefined) return [];
    const name = { scope: shown.scopeOf(spec.id), node: spec.id };
    const opened = live.step(keyOf(name))?.opened ?? 0;
    return opened > 0 && (opened > 1 || now.has(keyOf(name))) ? [{ spec, name, opened }] : [];
  });
  if (containers.length === 0) return null;
  const go = (key: string, index: number | null) => {
    const next = new Map(now);
    if (index === null) next.delete(key);
    else next.set(key, index);
    chosen.set(next);
  };
  return (
    <ul aria-label="Shown inside" className="absolute top-2 left-2 flex max-w-[calc(100%-1rem)] flex-wrap gap-2">
      {containers.map(({ spec, name, opened }) => {
        const key = keyOf(name);
        const index = indexOf(name, live.step, now);
        const word = spec.kind === 'loop' ? 'iteration' : 'item';
        return (
          <li
            key={key}
            className="tabular flex items-center gap-0.5 rounded-control border border-border bg-popover pl-2.5 text-dense"
          >
            <span className="max-w-60 truncate">
              {graph.nodes.has(spec.id) && nodeTitle(spec)}: {word} {formatCount(index + 1)} of {formatCount(opened)}
            </span>
            <IconButton
              label={`The ${word} before of ${nodeTitle(spec)}`}
              icon={ChevronLeft}
              disabled={index === 0}
              onClick={() => go(key, index - 1)}
            />
            <IconButton
              label={`The ${word} after of ${nodeTitle(spec)}`}
              icon={ChevronRight}
              disabled={index >= opened - 1}
              onClick={() => go(key, index + 1)}
            />
            {now.has(key) && (
              <Button variant="ghost" onClick={() => go(key, null)}>
                Newest
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
