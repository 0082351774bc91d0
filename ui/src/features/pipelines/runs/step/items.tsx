/** The items of a map, the iterations of a loop: each can be looked into. */
import { useEffect } from 'react';

import type { StepRun } from '@/api/generated';
import { useCallPages } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot } from '@/components/status-dot';
import { classNames } from '@/lib/class-names';
import { formatMoney } from '@/lib/format';
import { useQuiet } from '@/lib/quiet';
import { useStore } from '@/lib/store';

import { statusTone, statusWords } from '../../shared/step-states';
import { keyOf } from '../state/keys';
import { usePlace } from '../state/place';
import { indexOf } from '../state/shown';

export function Items({ run, step, loop }: { run: string; step: StepRun; loop: boolean }) {
  const { live, chosen } = usePlace();
  const { scope, node } = step;
  const pages = useCallPages('run/items', { id: run, scope, node });
  const now = useStore(chosen);
  const shown = indexOf(step, live.step, now);
  // Asked again as it opens more of them, a few times a second at most.
  const moved = useQuiet(`${step.opened ?? 0} ${step.status}`, 400);
  const { refetch } = pages;
  useEffect(() => void refetch(), [moved, refetch]);
  const choose = (index: number) => chosen.set(new Map(now).set(keyOf(step), index));
  const follow = () => {
    const next = new Map(now);
    next.delete(keyOf(step));
    chosen.set(next);
  };
  if (pages.error) return <Failure title="Its items didn’t load" error={pages.error} onRetry={() => void refetch()} />;
  if (pages.isPending) return <SkeletonRows rows={2} label="Loading its items" />;
  if (pages.items.length === 0) return <p className="text-dense text-muted-foreground">None has begun yet.</p>;
  return (
    <>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-1">
        {pages.items.map(({ index, status, costNanoUsd }) => (
          <li key={index}>
            <button
              type="button"
              aria-pressed={index === shown}
              onClick={() => choose(index)}
              className={classNames(
                'tabular flex h-8 w-full items-center gap-2 rounded-control border px-2 text-left text-dense',
                index === shown ? 'border-accent bg-accent-surface' : 'border-border hover:bg-hover',
              )}
            >
              <StatusDot tone={statusTone[status]} label={statusWords[status]} />
              <span className="flex-1 truncate">{loop ? `Iteration ${index + 1}` : `Item ${index + 1}`}</span>
              {costNanoUsd > 0 && (
                <span className="text-caption text-muted-foreground">{formatMoney(costNanoUsd)}</span>
              )}
            </button>
          </li>
        ))}
      </ul>
      <p className="mt-2 flex gap-2">
        {pages.hasNextPage && (
          <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        )}
        {now.has(keyOf(step)) && <Button onClick={follow}>Follow the newest</Button>}
      </p>
    </>
  );
}
