/**
 * All models in one table. Only the rows in sight are made, however many there are; the rest is room above and below them.
 * By keyboard: up and down, Home and End, Space ticks, Shift extends, Ctrl+A ticks all, Enter opens, Delete removes.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
} from 'react';

import type { EngineState, Model } from '@/api/generated';
import { useRowMenu } from '@/components/menu';
import { useSteady } from '@/lib/steady';
import { useDensity } from '@/lib/theme';

import { isRemovable, type Memory, type Sorting } from './facts';
import { ModelRow } from './model-row';
import { TableHead } from './table-head';
import { allOrNone, extended, none, toggled, type Selection } from './selection';
import { modelEntries, useShelfVerbs } from './use-model-verbs';

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
  /** Those for which something is fetched, and how far that is, in percent. */
  coming: ReadonlyMap<string, number>;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  /** One, or all that are ticked. */
  onRemove: (models: readonly Model[]) => void;
}

/** Pixels of the window that are no rows: the heading, the filter, the columns' names and the lines at the bottom. */
const aroundRows = 208;

export function ModelTable(props: ModelTableProps) {
  const { models, scroller, sorting, onSort, selection, onSelect, onRemove, outdated, coming } = props;
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
    // A guess that is right in most windows: a row too few would make the first view twice.
    initialRect: { width: 0, height: Math.max(rowHeight, window.innerHeight - aroundRows) },
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
  const menu = useRowMenu((id: string) => {
    const model = models.find((other) => other.id === id);
    return model
      ? modelEntries(model, verbs, { onShow: () => props.onChoose(id), onRemove: () => onRemove([model]) })
      : [];
  });
  const openMenu = useSteady(menu.beside);
  const openMenuAt = useSteady((id: string, event: MouseEvent<HTMLElement>) => menu.at(id, event));
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

  return (
    <>
      <table
        aria-rowcount={models.length + 1}
        className="tabular w-full table-fixed border-separate border-spacing-0 text-dense"
      >
        <caption className="sr-only">Models</caption>
        <TableHead
          sorting={sorting}
          onSort={onSort}
          ticks={{ all: ids.length, ticked: ids.filter((id) => selection.has(id)).length }}
          onTickAll={(all) => onSelect(all ? new Set(ids) : none)}
        />
        <tbody ref={body} onKeyDown={press} onPointerOver={menu.prepare} onFocus={menu.prepare}>
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
                  coming={coming.get(model.id)}
                  isChosen={props.chosen === model.id}
                  isTicked={selection.has(model.id)}
                  isTabStop={model.id === tabStop}
                  isMenuOpen={menu.openRow === model.id}
                  verbs={verbs}
                  onTick={tick}
                  onChoose={choose}
                  onMenu={openMenu}
                  onRightClick={openMenuAt}
                />
              )
            );
          })}
          {after > 0 && <Room height={after} />}
        </tbody>
      </table>
      {menu.menu}
    </>
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
