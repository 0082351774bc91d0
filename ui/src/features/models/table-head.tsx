import { ArrowDown, ArrowUp } from 'lucide-react';

import { classNames } from '@/lib/class-names';

import { columns, type Column } from './columns';
import type { Sorting } from './facts';
import { Tick } from './tick';

export interface TableHeadProps {
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
  /** How many rows can be ticked and how many of them are. */
  ticks: { all: number; ticked: number };
  onTickAll: (all: boolean) => void;
}

export function TableHead({ sorting, onSort, ticks, onTickAll }: TableHeadProps) {
  const all = ticks.all > 0 && ticks.ticked === ticks.all;
  return (
    <thead className="sticky top-0 z-10 bg-background">
      <tr>
        <th scope="col" className="w-10 border-b border-border pl-4">
          <Tick
            label="Tick all"
            checked={all}
            indeterminate={!all && ticks.ticked > 0}
            disabled={ticks.all === 0}
            onChange={() => onTickAll(!all)}
          />
        </th>
        {columns.map((column) => (
          <Head key={column.title} {...column} sorting={sorting} onSort={onSort} />
        ))}
        <th scope="col" className="w-20 border-b border-border">
          <span className="sr-only">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

type HeadProps = Column & Pick<TableHeadProps, 'sorting' | 'onSort'>;

function Head({ title, sortKey, className, number, sorting, onSort }: HeadProps) {
  const active = sorting?.key === sortKey;
  const Arrow = sorting?.descending === true ? ArrowDown : ArrowUp;
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
      <button
        type="button"
        onClick={() => onSort(next)}
        className={classNames(
          'focus-inset flex h-8 items-center gap-1 rounded-small px-1.5 font-medium hover:text-foreground',
          number === true ? '-mx-1.5 w-[calc(100%+0.75rem)] flex-row-reverse' : '-ml-1.5',
        )}
      >
        {title}
        {active && <Arrow aria-hidden className="size-3 shrink-0 text-foreground" />}
      </button>
    </th>
  );
}
