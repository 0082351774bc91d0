/** The run in time: a row a step, a bar as long as it took. Also the way through the steps by keyboard, and where there is no room for a canvas. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, type KeyboardEvent } from 'react';

import { classNames } from '@/lib/class-names';
import { useSeconds } from '@/lib/clock';
import { formatDuration } from '@/lib/format';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { statusTone, statusWords } from '../../shared/step-states';
import { keyOf, partsOf } from '../state/keys';
import { usePlace, useShownScopes } from '../state/place';
import { isFinalRun } from '../state/words';
import { layOut, type GanttRow } from './gantt';

const rowHeight = 32;

const bars = {
  neutral: 'bg-control',
  success: 'bg-success',
  warning: 'bg-warning',
  danger: 'bg-danger',
  info: 'bg-info',
};

export function Timeline() {
  const { live, definition, selected, select } = usePlace();
  const run = useStore(live.run);
  const version = useStore(live.version);
  const shown = useShownScopes();
  const now = useSeconds(run !== null && !isFinalRun(run.status));
  const chosen = useStore(selected);
  const gantt = useMemo(() => {
    const scopes = new Set(['', ...definition.nodes.map(({ id }) => shown.scopeOf(id))]);
    const known = live.steps().filter(({ scope }) => scopes.has(scope));
    const there = new Set(known.map(keyOf));
    const missing = definition.nodes
      .filter(({ id }) => shown.scopeOf(id) === '' && !there.has(id))
      .map(({ id }) => ({ scope: '', node: id, status: 'pending' as const, tries: 0, costNanoUsd: 0, tokens: 0 }));
    const order = new Map(definition.nodes.map(({ id }, index) => [id, index]));
    const all = [...known, ...missing].sort((one, other) => (order.get(one.node) ?? 0) - (order.get(other.node) ?? 0));
    return layOut(all, run?.startedAt ?? run?.createdAt ?? now, now);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the version says when the steps, kept outside React, are others
  }, [live, definition, shown, run?.startedAt, run?.createdAt, now, version]);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the timeline is the only reader of the virtualizer's methods
  const virtual = useVirtualizer({
    count: gantt.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    initialRect: { width: 0, height: 400 },
  });
  const at = gantt.rows.findIndex(({ key }) => key === chosen);
  const go = (index: number) => {
    const row = gantt.rows[Math.max(0, Math.min(gantt.rows.length - 1, index))];
    if (!row) return;
    select(row.key);
    virtual.scrollToIndex(index);
  };
  const press = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: gantt.rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const titleOf = (node: string) => {
    const spec = graphOf(definition).nodes.get(node);
    return spec ? nodeTitle(spec) : node;
  };
  return (
    <div className="@container flex h-full min-h-0 flex-col">
      <div
        ref={scroller}
        role="listbox"
        aria-label="Steps in time"
        tabIndex={0}
        aria-activedescendant={at < 0 ? undefined : `bar-${at}`}
        onKeyDown={press}
        className="focus-inset min-h-0 flex-1 overflow-x-hidden overflow-y-auto"
      >
        <div role="presentation" style={{ height: virtual.getTotalSize() }} className="relative">
          <Marks ticks={gantt.ticks} spanMs={gantt.spanMs} />
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = gantt.rows[index];
            return (
              row && (
                <Bar
                  key={row.key}
                  id={`bar-${index}`}
                  row={row}
                  top={start}
                  title={titleOf(row.node)}
                  where={partsOf(row.scope).at(-1)?.index}
                  chosen={row.key === chosen}
                  onPress={() => select(row.key)}
                />
              )
            );
          })}
        </div>
      </div>
      <Scale ticks={gantt.ticks} spanMs={gantt.spanMs} />
    </div>
  );
}

/** Where the bars begin, and how much is left at their right. */
const left = 'left-44 @max-md:left-32';
const right = 'right-3';

function Marks({ ticks, spanMs }: { ticks: readonly number[]; spanMs: number }) {
  return (
    <div aria-hidden className={classNames('pointer-events-none absolute inset-y-0', left, right)}>
      {ticks.map((tick) => (
        <span key={tick} style={{ left: `${(tick / spanMs) * 100}%` }} className="absolute inset-y-0 w-px bg-border" />
      ))}
    </div>
  );
}

function Scale({ ticks, spanMs }: { ticks: readonly number[]; spanMs: number }) {
  return (
    <div aria-hidden className="relative h-6 shrink-0 border-t border-border text-caption text-muted-foreground">
      <div className={classNames('absolute inset-y-0', left, right)}>
        {ticks
          .filter((tick) => tick / spanMs < 0.94)
          .map((tick) => (
            <span
              key={tick}
              style={{ left: `${(tick / spanMs) * 100}%` }}
              className="tabular absolute top-1 -translate-x-1/2 whitespace-nowrap"
            >
              {formatDuration(tick)}
            </span>
          ))}
      </div>
    </div>
  );
}

interface BarProps {
  id: string;
  row: GanttRow;
  top: number;
  title: string;
  /** Of one inside a container: which item. */
  where: number | undefined;
  chosen: boolean;
  onPress: () => void;
}

function Bar({ id, row, top, title, where, chosen, onPress }: BarProps) {
  const { from, to, tookMs, status, depth } = row;
  const tone = statusTone[status];
  return (
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      onClick={onPress}
      style={{ transform: `translateY(${top}px)`, height: rowHeight }}
      className={classNames('absolute inset-x-0 top-0', chosen ? 'bg-accent-surface' : 'hover:bg-hover')}
    >
      <span
        style={{ paddingLeft: 12 + depth * 12 }}
        className={classNames(
          'absolute inset-y-0 left-0 flex w-44 items-center pr-2 text-dense @max-md:w-32',
          status === 'pending' || status === 'skipped' ? 'text-muted-foreground' : 'text-foreground',
        )}
      >
        <span className="truncate">{title}</span>
        {where !== undefined && <span className="sr-only"> {where + 1}</span>}
        <span className="sr-only">, {statusWords[status]} </span>
      </span>
      <span className={classNames('absolute inset-y-0', left, right)}>
        {from !== null && to !== null && (
          <span
            style={{ left: `${from * 100}%`, width: `max(3px, ${(to - from) * 100}%)` }}
            className={classNames(
              'absolute top-2.5 h-3 rounded-small',
              bars[tone],
              status === 'reused' && 'opacity-50',
            )}
          />
        )}
        {from !== null && to !== null && tookMs !== null && (
          <span
            style={to > 0.75 ? { right: `${(1 - from) * 100}%` } : { left: `${to * 100}%` }}
            className={classNames(
              'tabular absolute inset-y-0 flex items-center px-1.5 text-caption whitespace-nowrap text-muted-foreground',
              // Neither before the bar nor behind it is room: it is said on hover and in the step's details.
              to > 0.75 && from < 0.12 && 'sr-only',
            )}
          >
            {status === 'reused' ? 'taken over' : formatDuration(tookMs)}
          </span>
        )}
        {from === null && (
          <span aria-hidden className="absolute inset-y-0 left-0 flex items-center text-caption text-muted-foreground">
            {statusWords[status]}
          </span>
        )}
      </span>
    </div>
  );
}
