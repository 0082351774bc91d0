/** What happened, in order and without gaps; it grows as the run does. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

import type { JournalEntry } from '@/api/generated';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { formatCount, formatExact } from '@/lib/format';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { keyOf, partsOf } from '../state/keys';
import { usePlace } from '../state/place';
import { useEntries } from './use-entries';
import { detailOf, sentenceOf, stepOf } from './words';

const rowHeight = 32;

export function Journal() {
  const { live } = usePlace();
  const run = useStore(live.run);
  const { entries, error, retry, all } = useEntries(run?.id ?? '', run?.seq ?? 0);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the journal is the only reader of the virtualizer's methods
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    initialRect: { width: 0, height: 600 },
  });
  if (error && entries.length === 0)
    return (
      <div className="p-4">
        <Failure title="The journal didn’t load" error={error} onRetry={retry} />
      </div>
    );
  if (entries.length === 0) return <SkeletonRows label="Loading the journal" />;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div
        ref={scroller}
        role="region"
        aria-label="Journal"
        tabIndex={0}
        className="focus-inset min-h-0 flex-1 overflow-auto"
      >
        <ol style={{ height: virtual.getTotalSize() }} className="relative min-w-max">
          {virtual.getVirtualItems().map(({ index, start }) => {
            const entry = entries[index];
            return entry && <Entry key={entry.seq} entry={entry} top={start} />;
          })}
        </ol>
      </div>
      <p className="tabular border-t border-border px-4 py-1.5 text-caption text-muted-foreground">
        {all ? `${formatCount(entries.length)} entries` : `The first ${formatCount(entries.length)} entries`}
      </p>
    </div>
  );
}

function Entry({ entry, top }: { entry: JournalEntry; top: number }) {
  const { definition, select } = usePlace();
  const step = stepOf(entry);
  const spec = step && graphOf(definition).nodes.get(step.node);
  const inside = step ? partsOf(step.scope).map(({ index }) => index + 1) : [];
  const detail = detailOf(entry);
  return (
    <li
      style={{ transform: `translateY(${top}px)`, height: rowHeight }}
      className="absolute inset-x-0 top-0 flex items-center gap-3 px-4 text-dense hover:bg-hover"
    >
      <span className="tabular w-10 shrink-0 text-right text-caption text-muted-foreground">{entry.seq}</span>
      <time
        dateTime={new Date(entry.at).toISOString()}
        title={formatExact(entry.at)}
        className="tabular w-24 shrink-0 text-caption text-muted-foreground"
      >
        {clock(entry.at)}
      </time>
      <span className="whitespace-nowrap">
        {step && (
          <button
            type="button"
            onClick={() => select(keyOf(step))}
            className="tabular mr-1 rounded-small font-medium text-accent hover:underline"
          >
            {spec ? nodeTitle(spec) : step.node}
            {inside.length > 0 && ` ${inside.join('.')}`}
          </button>
        )}
        {sentenceOf(entry)}
        {detail !== '' && <span className="text-muted-foreground"> · {detail.slice(0, 300)}</span>}
      </span>
    </li>
  );
}

const times = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const clock = (at: number): string => times.format(at);
