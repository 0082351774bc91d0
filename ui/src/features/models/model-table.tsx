import { ArrowDown, ArrowUp, Ellipsis, Play, Square } from 'lucide-react';

import type { EngineState, Model } from '@/api/generated';
import { Badge } from '@/components/badge';
import { IconButton } from '@/components/icon-button';
import { ContextMenu, Menu } from '@/components/menu';
import { classNames } from '@/lib/class-names';
import { formatTokensShort } from '@/lib/format';

import { bytesOrNothing, fitOf, type Memory, type Sorting, type SortKey } from './facts';
import { FitCell, StateCell, StateDot } from './state-cell';
import { modelEntries, useModelVerbs } from './use-model-verbs';

export interface ModelTableProps {
  models: readonly Model[];
  providerName: (id: string) => string;
  memory: Memory | undefined;
  engine: EngineState | undefined;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  onRemove: (model: Model) => void;
}

// What matters less goes first where there is less room; the panel of details has it all.
const wide = 'hidden @4xl:table-cell';
const medium = 'hidden @2xl:table-cell';
const columns: readonly { title: string; sortKey?: SortKey; className?: string; number?: boolean }[] = [
  { title: 'Name', sortKey: 'name' },
  { title: 'Provider', sortKey: 'provider', className: medium },
  { title: 'State', className: 'hidden @md:table-cell' },
  { title: 'Size', sortKey: 'size', className: medium, number: true },
  { title: 'Quantisation', className: wide },
  { title: 'Context', sortKey: 'context', className: wide, number: true },
  { title: 'Fits', className: medium },
  { title: 'Memory', sortKey: 'memory', className: wide, number: true },
];

export function ModelTable(props: ModelTableProps) {
  const { models, sorting, onSort } = props;
  return (
    <table className="tabular w-full border-separate border-spacing-0 text-dense">
      <caption className="sr-only">Models</caption>
      <thead className="sticky top-0 z-10 bg-background">
        <tr>
          {columns.map((column) => (
            <Head key={column.title} {...column} sorting={sorting} onSort={onSort} />
          ))}
          <th scope="col" className="border-b border-border">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <Row key={model.id} model={model} {...props} />
        ))}
      </tbody>
    </table>
  );
}

type HeadProps = (typeof columns)[number] & Pick<ModelTableProps, 'sorting' | 'onSort'>;

function Head({ title, sortKey, className, number, sorting, onSort }: HeadProps) {
  const active = sortKey !== undefined && sorting?.key === sortKey;
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
      className={classNames(
        'border-b border-border px-2 text-caption font-medium text-muted-foreground first:pl-4',
        className,
      )}
    >
      <span className={classNames('flex h-8 items-center', number === true && 'justify-end')}>
        {sortKey === undefined ? (
          title
        ) : (
          <button
            type="button"
            onClick={() => onSort(next as Sorting | null)}
            className="focus-inset -mx-1.5 inline-flex h-8 items-center gap-1 rounded-small px-1.5 font-medium hover:text-foreground"
          >
            {title}
            <Arrow aria-hidden className={classNames('size-3', active ? 'text-foreground' : 'opacity-0')} />
          </button>
        )}
      </span>
    </th>
  );
}

function Row({ model, providerName, memory, engine, chosen, onChoose, onRemove }: ModelTableProps & { model: Model }) {
  const verbs = useModelVerbs(model);
  const entries = modelEntries(model, verbs, { onShow: () => onChoose(model.id), onRemove: () => onRemove(model) });
  const isChosen = chosen === model.id;
  const held = model.state.type === 'loaded' && model.state.memory > 0 ? model.state.memory : model.memoryEstimate;
  const cell = 'h-row border-b border-border px-2 first:pl-4';
  return (
    <ContextMenu entries={entries}>
      <tr
        onClick={() => onChoose(model.id)}
        className={classNames('group', isChosen ? 'bg-accent-surface' : 'hover:bg-hover')}
      >
        <th scope="row" className={classNames(cell, 'w-full max-w-0 min-w-40 text-left font-normal')}>
          <span className="flex min-w-0 items-center gap-2">
            <StateDot model={model} className="@md:hidden" />
            <button
              type="button"
              aria-expanded={isChosen}
              title={model.id}
              onClick={(event) => {
                event.stopPropagation();
                onChoose(model.id);
              }}
              className="focus-inset -mx-1.5 h-8 min-w-0 truncate rounded-small px-1.5 text-left text-base font-medium"
            >
              {model.name}
            </button>
            {verbs.isDefault && <Badge tone="accent">New chats</Badge>}
            {model.testSize && <Badge>Test size</Badge>}
          </span>
        </th>
        <td className={classNames(cell, medium, 'whitespace-nowrap text-muted-foreground')}>
          {providerName(model.id)}
        </td>
        <td className={classNames(cell, 'hidden @md:table-cell')}>
          <StateCell model={model} engine={engine} />
        </td>
        <td className={classNames(cell, medium, 'text-right whitespace-nowrap')}>{bytesOrNothing(model.size)}</td>
        <td className={classNames(cell, wide, 'whitespace-nowrap')}>{model.quantization ?? '–'}</td>
        <td className={classNames(cell, wide, 'text-right')}>
          {model.contextWindow === undefined ? '–' : formatTokensShort(model.contextWindow)}
        </td>
        <td className={classNames(cell, medium, 'whitespace-nowrap')}>
          <FitCell fit={fitOf(model, memory)} />
        </td>
        <td className={classNames(cell, wide, 'text-right whitespace-nowrap')}>
          {held === undefined
            ? '–'
            : model.state.type === 'loaded'
              ? bytesOrNothing(held)
              : `~ ${bytesOrNothing(held)}`}
        </td>
        <td className={classNames(cell, 'pr-2 first:pl-2')} onClick={(event) => event.stopPropagation()}>
          <span className="flex justify-end">
            {verbs.canUnload ? (
              <IconButton
                label={`Unload ${model.name}`}
                icon={Square}
                busy={verbs.stop.isPending}
                onClick={() => verbs.stop.mutate({ id: model.id })}
              />
            ) : verbs.canLoad || verbs.start.isPending ? (
              <IconButton
                label={`Load ${model.name}`}
                icon={Play}
                busy={verbs.start.isPending}
                onClick={() => {
                  // Its panel shows how it goes, and what to do where it doesn't.
                  onChoose(model.id);
                  verbs.start.mutate({ id: model.id });
                }}
              />
            ) : null}
            <Menu
              align="end"
              entries={entries}
              trigger={<IconButton label={`What can be done with ${model.name}`} icon={Ellipsis} />}
            />
          </span>
        </td>
      </tr>
    </ContextMenu>
  );
}
