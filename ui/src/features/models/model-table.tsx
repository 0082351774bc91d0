/**
 * All models in one table. Only the rows in sight are made, however many there are; the rest is room above and below them.
 * By keyboard: up and down, Home and End, Space ticks, Shift extends, Ctrl+A ticks all, Enter opens, Delete removes.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';

import type { EngineState, Model } from '@/api/generated';
import { Checkbox } from '@/components/checkbox';
import { classNames } from '@/lib/class-names';
import { useSteady } from '@/lib/steady';
import { useDensity } from '@/lib/theme';

import { columns, type Column } from './columns';
import { isRemovable, type Memory, type Sorting } from './facts';
import { ModelRow } from './model-row';
import { allOrNone, extended, none, toggled, type Selection } from './selection';
import { useShelfVerbs } from './use-model-verbs';

export interface ModelTableProps {
  models: readonly Model[];
  /** What scrolls, and all that stands in it above the table. */
  scroller: RefObject<HTMLDivElement | null>;
  above: RefObject<HTMLDivElement | null>;
  providerName: (id: string) => string;
  memory: Memory | undefined;
  engine: EngineState | undefined;
  /** Those with a newer version. */
  outdated: ReadonlySet<string>;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  /** One, or all that are ticked. */
  onRemove: (models: readonly Model[]) => void;
}

export function ModelTable(props: ModelTableProps) {
  const { models, scroller, sorting, onSort, selection, onSelect, onRemove, outdated } = props;
  const above = useHeight(props.above);
  const rowHeight = useDensity() === 'dense' ? 32 : 40;
  const [anchor, setAnchor] = useState<string | null>(null);
  const [current, setCurrent] = useState<string | undefined>(props.chosen);
  const verbs = useShelfVerbs();
  const body = useRef<HTMLTableSectionElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the table is the only reader of the virtualizer's methods
  const virtual = useVirtualizer({
    count: models.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => models[index]?.id ?? index,
    scrollMargin: above,
    scrollPaddingStart: 40,
    overscan: 2,
    initialRect: { width: 0, height: 560 },
  });
  const measured = useRef(rowHeight);
  useEffect(() => {
    if (measured.current === rowHeight) return;
    measured.current = rowHeight;
    virtual.measure();
  }, [virtual, rowHeight]);
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? above) - above;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? above) - above);

  const ids = models.filter(isRemovable).map(({ id }) => id);
  // Rows are drawn anew only when something of theirs changed, so what they call must stay the same.
  const tick = useSteady((id: string, extend: boolean) => {
    onSelect(extend ? extended(selection, ids, anchor, id) : toggled(selection, id));
    setAnchor(id);
  });
  const choose = useSteady(props.onChoose);
  const remove = useSteady(onRemove);
  const focusRow = (index: number) => {
    const model = models[index];
    if (!model) return;
    setCurrent(model.id);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-row="${index}"] [data-name]`)?.focus());
  };
  const press = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    if (!(event.target instanceof HTMLElement) || event.altKey) return;
    const index = Number(event.target.closest('[data-row]')?.getAttribute('data-row') ?? -1);
    const model = models[index];
    if (!model) return;
    const { key, shiftKey } = event;
    const withMod = event.ctrlKey || event.metaKey;
    // Other controls of the row keep the keys that they have themselves.
    const onName = event.target.hasAttribute('data-name');
    const step = (to: number) => {
      const next = models[to];
      if (shiftKey && next && isRemovable(next)) {
        const from = anchor ?? model.id;
        onSelect(extended(selection, ids, from, next.id));
        if (anchor === null) setAnchor(model.id);
      }
      focusRow(to);
    };
    if (withMod && key.toLowerCase() === 'a') onSelect(allOrNone(selection, ids));
    else if (withMod || !onName) return;
    else if (key === 'ArrowDown') step(index + 1);
    else if (key === 'ArrowUp') step(index - 1);
    else if (key === 'Home') focusRow(0);
    else if (key === 'End') focusRow(models.length - 1);
    else if (key === ' ' && isRemovable(model)) tick(model.id, shiftKey);
    else if (key === 'Delete') {
      const ticked = models.filter(({ id }) => selection.has(id));
      if (ticked.length > 0) onRemove(ticked);
      else if (isRemovable(model)) onRemove([model]);
    } else if (key === 'Escape' && selection.size > 0) {
      event.nativeEvent.stopImmediatePropagation();
      onSelect(none);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const tabStop = models.some(({ id }) => id === current) ? current : models[0]?.id;
  const all = ids.length > 0 && ids.every((id) => selection.has(id));

  return (
    <table
      aria-rowcount={models.length + 1}
      className="tabular w-full table-fixed border-separate border-spacing-0 text-dense"
    >
      <caption className="sr-only">Models</caption>
      <thead className="sticky top-0 z-10 bg-background">
        <tr>
          <th scope="col" className="w-10 border-b border-border pl-4">
            <span className="flex h-8 items-center">
              <Checkbox
                aria-label="Tick all"
                checked={all}
                indeterminate={!all && selection.size > 0}
                disabled={ids.length === 0}
                onChange={() => onSelect(all ? none : new Set(ids))}
              />
            </span>
          </th>
          {columns.map((column) => (
            <Head key={column.title} {...column} sorting={sorting} onSort={onSort} />
          ))}
          <th scope="col" className="w-20 border-b border-border">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={press}>
        {before > 0 && <Room height={before} />}
        {items.map(({ index }) => {
          const model = models[index];
          return (
            model && (
              <ModelRow
                key={model.id}
                model={model}
                index={index}
                provider={props.providerName(model.id)}
                memory={props.memory}
                engine={props.engine}
                isOutdated={outdated.has(model.id)}
                isChosen={props.chosen === model.id}
                isTicked={selection.has(model.id)}
                isTabStop={model.id === tabStop}
                verbs={verbs}
                onTick={tick}
                onChoose={choose}
                onRemove={remove}
              />
            )
          );
        })}
        {after > 0 && <Room height={after} />}
      </tbody>
    </table>
  );
}

/** The height of an element, followed. Pixels. */
function useHeight(of: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return;
    const measure = () => setHeight(element.offsetHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return height;
}

/** Rows that aren't in sight. */
function Room({ height }: { height: number }) {
  return (
    <tr aria-hidden style={{ height }}>
      {/* One cell, however many columns there are: a span over hidden ones would make columns of them. */}
      <td />
    </tr>
  );
}

type HeadProps = Column & Pick<ModelTableProps, 'sorting' | 'onSort'>;

function Head({ title, sortKey, className, number, sorting, onSort }: HeadProps) {
  const active = sorting?.key === sortKey;
  const Arrow = active && sorting.descending ? ArrowDown : ArrowUp;
  // Up, down, then the usual order again.
  const next = !active
    ? { key: sortKey, descending: false }
    : sorting.descending
      ? null
      : { key: sortKey, descending: true };
  return (
    <th
      scope="col"
      aria-sort={active ? (sorting.descending ? 'descending' : 'ascending') : undefined}
      className={classNames('border-b border-border px-2 text-caption font-medium text-muted-foreground', className)}
    >
      <span className={classNames('flex h-8 items-center', number === true && 'justify-end')}>
        <button
          type="button"
          onClick={() => onSort(next)}
          className={classNames(
            'focus-inset -mx-1.5 inline-flex h-8 items-center gap-1 rounded-small px-1.5 font-medium hover:text-foreground',
            number === true && 'flex-row-reverse',
          )}
        >
          {title}
          <Arrow aria-hidden className={classNames('size-3', active ? 'text-foreground' : 'opacity-0')} />
        </button>
      </span>
    </th>
  );
}
