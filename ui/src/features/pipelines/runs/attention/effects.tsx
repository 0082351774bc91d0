/** What a run that didn't end well may have done outside: nothing undoes that, so it is said. */
import { Link } from '@tanstack/react-router';
import { Globe } from 'lucide-react';

import type { OutsideEffect } from '@/api/generated';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { Time } from '@/components/time';
import { classNames } from '@/lib/class-names';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { keyOf } from '../state/keys';
import { usePlace } from '../state/place';
import { certaintyOf, certaintyWords, inOrder, outsideWords } from './outside';

export function Effects() {
  const { live } = usePlace();
  const effects = useStore(live.around)?.effects ?? [];
  if (effects.length === 0) return null;
  const doubts = effects.some((effect) => certaintyOf(effect) !== 'happened');
  return (
    <section aria-label="What may have happened outside" className="rounded-control border border-border p-1">
      <Disclosure
        defaultOpen={doubts}
        title={
          <span className="flex items-center gap-2">
            <Globe aria-hidden className="size-4 shrink-0 text-muted-foreground" />
            {outsideWords(effects)}
          </span>
        }
      >
        <ul className="flex max-h-48 flex-col gap-1.5 overflow-y-auto">
          {inOrder(effects).map((effect) => (
            <Effect key={`${effect.runId} ${keyOf(effect)} ${effect.attempt}`} effect={effect} />
          ))}
        </ul>
      </Disclosure>
    </section>
  );
}

function Effect({ effect }: { effect: OutsideEffect }) {
  const { live, definition, select } = usePlace();
  const own = useStore(live.run)?.id === effect.runId;
  const spec = own ? graphOf(definition).nodes.get(effect.node) : undefined;
  const certainty = certaintyOf(effect);
  return (
    <li className="flex flex-wrap items-baseline gap-x-2 text-dense">
      {own && spec ? (
        <Button variant="ghost" className="-ml-1 h-6! px-1! text-accent!" onClick={() => select(keyOf(effect))}>
          {nodeTitle(spec)}
        </Button>
      ) : (
        <Link
          to="/runs/$runId"
          params={{ runId: effect.runId }}
          className="font-medium text-accent underline-offset-2 hover:underline"
        >
          {effect.node}
          {own ? '' : ', in a run of its own'}
        </Link>
      )}
      <span className={classNames(certainty === 'happened' ? 'text-muted-foreground' : 'text-warning')}>
        {certaintyWords[certainty]}
        {effect.attempt > 1 && `, at try ${effect.attempt}`}, <Time at={effect.startedAt} />.
      </span>
      {effect.errorMessage !== undefined && (
        <span className="w-full text-caption break-words text-muted-foreground">{effect.errorMessage}</span>
      )}
    </li>
  );
}
