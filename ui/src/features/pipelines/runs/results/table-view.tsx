/** A table: its heads order it, long ones show only what is near, and it goes as CSV wherever tables are worked on. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';

import { classNames } from '@/lib/class-names';
import { formatPlural } from '@/lib/format';

import { cellText, sorted, type Order, type Table } from './table';

const rowHeight = 32;
const mostHeight = 480;

export function TableView({ table, label = 'Table' }: { table: Table; label?: string }) {
  const [order, setOrder] = useState<Order | null>(null);
  const rows = useMemo(() => sorted(table.rows, order), [table, order]);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the table is the only reader of the virtualizer's methods
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    initialRect: { width: 0, height: mostHeight },
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  // Down, up, and as it came.
  const press = (column: number) =>
    setOrder(order?.column !== column ? { column, down: false } : order.down ? null : { column, down: true });
  return (
    <figure className="min-w-0 overflow-hidden rounded-control border border-border">
      <div
        ref={scroller}
        role="region"
        aria-label={label}
        tabIndex={0}
        style={{ maxHeight: mostHeight }}
        className="focus-inset overflow-auto"
      >
        <table aria-rowcount={rows.length + 1} className="tabular w-full border-collapse text-dense">
          <thead className="sticky top-0 z-10 bg-panel">
            <tr>
              {table.columns.map((column, index) => {
                const mine = order?.column === index ? order : null;
                const numbers = rows.length > 0 && rows.every((row) => typeof row[index] === 'number');
                const Sign = mine?.down === true ? ArrowDown : ArrowUp;
                return (
                  <th
                    key={index}
                    scope="col"
                    aria-sort={mine ? (mine.down ? 'descending' : 'ascending') : 'none'}
                    className="border-b border-border p-0 text-left font-medium"
                  >
                    <button
                      type="button"
                      onClick={() => press(index)}
                      className={classNames(
                        'focus-inset flex h-8 w-full items-center gap-1 px-3 whitespace-nowrap hover:bg-hover',
                        numbers && 'flex-row-reverse',
                      )}
                    >
                      {column}
                      <Sign
                        aria-hidden
                        className={classNames('size-3.5 text-muted-foreground', !mine && 'invisible')}
                      />
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {above > 0 && <tr aria-hidden style={{ height: above }} />}
            {items.map(({ index }) => (
              <tr
                key={index}
                aria-rowindex={index + 2}
                style={{ height: rowHeight }}
                className="border-b last:border-0"
              >
                {table.columns.map((_, column) => {
                  const cell = rows[index]?.[column];
                  const text = cellText(cell);
                  return (
                    <td key={column} className={classNames('px-3', typeof cell === 'number' && 'text-right')}>
                      <span
                        title={text.length > 40 ? text.slice(0, 1000) : undefined}
                        className="block max-w-80 truncate"
                      >
                        {text.slice(0, 400)}
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
            {below > 0 && <tr aria-hidden style={{ height: below }} />}
          </tbody>
        </table>
      </div>
      <figcaption className="tabular border-t border-border px-3 py-1.5 text-caption text-muted-foreground">
        {formatPlural(rows.length, 'row')}, {formatPlural(table.columns.length, 'column')}
      </figcaption>
    </figure>
  );
}
