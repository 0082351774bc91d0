/** Inside which items and iterations a step stands; each way out is a button. */
import { ChevronRight } from 'lucide-react';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { keyOf, partsOf } from '../state/keys';
import { usePlace } from '../state/place';

export function Whereabouts({ scope }: { scope: string }) {
  const { definition, select } = usePlace();
  const { nodes } = graphOf(definition);
  return (
    <nav aria-label="Inside" className="flex flex-wrap items-center gap-1 text-dense">
      {partsOf(scope).map(({ name, index }, place) => {
        const spec = nodes.get(name.node);
        return (
          <span key={keyOf(name)} className="flex items-center gap-1">
            {place > 0 && <ChevronRight aria-hidden className="size-3.5 text-muted-foreground" />}
            <button
              type="button"
              onClick={() => select(keyOf(name))}
              className="tabular h-8 rounded-control px-1.5 text-accent hover:bg-hover"
            >
              {spec ? nodeTitle(spec) : name.node}, {spec?.kind === 'loop' ? 'iteration' : 'item'} {index + 1}
            </button>
          </span>
        );
      })}
    </nav>
  );
}
