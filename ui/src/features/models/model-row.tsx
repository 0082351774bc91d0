import { Play, Square, Wrench } from 'lucide-react';
import { memo, type MouseEvent } from 'react';

import type { EngineState, Model } from '@/api/generated';
import { Badge } from '@/components/badge';
import { DotsIcon } from '@/components/dots-icon';
import { IconButton } from '@/components/icon-button';
import { classNames } from '@/lib/class-names';
import { formatTokensShort } from '@/lib/format';

import { cells } from './columns';
import { bytesOrNothing, fitOf, isRemovable, memoryOf, type Memory } from './facts';
import { Tick } from './tick';
import { FitCell, StateCell, StateDot } from './state-cell';
import { canLoad, canRepair, canUnload, type ShelfVerbs } from './use-model-verbs';

export interface ModelRowProps {
  model: Model;
  index: number;
  provider: string;
  memory: Memory | undefined;
  engine: EngineState | undefined;
  isOutdated: boolean;
  /** How far what is fetched for it is, in percent. */
  coming: number | undefined;
  isChosen: boolean;
  isTicked: boolean;
  isTabStop: boolean;
  isMenuOpen: boolean;
  verbs: ShelfVerbs;
  onTick: (id: string, extend: boolean) => void;
  onChoose: (id: string) => void;
  /** Beside its button; `byKey` where it was pressed by one. */
  onMenu: (id: string, button: HTMLElement, byKey: boolean) => void;
  onRightClick: (id: string, event: MouseEvent<HTMLElement>) => void;
}

const cell = 'h-row border-b border-border px-2';

export const ModelRow = memo(function ModelRow({
  model,
  index,
  provider,
  memory,
  engine,
  isOutdated,
  coming,
  isChosen,
  isTicked,
  isTabStop,
  isMenuOpen,
  verbs,
  onTick,
  onChoose,
  onMenu,
  onRightClick,
}: ModelRowProps) {
  const pending = verbs.pending.get(model.id);
  const held = memoryOf(model);
  const focus = isTabStop ? 0 : -1;
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      onClick={() => onChoose(model.id)}
      onContextMenu={(event) => onRightClick(model.id, event)}
      className={classNames('group', isChosen || isTicked ? 'bg-accent-surface' : 'hover:bg-hover')}
    >
      <td className={classNames(cell, 'pl-4')} onClick={(event) => event.stopPropagation()}>
        {isRemovable(model) && (
          <Tick
            label={`Tick ${model.name}`}
            tabIndex={focus}
            checked={isTicked}
            onChange={(extend) => onTick(model.id, extend)}
          />
        )}
      </td>
      <th scope="row" className={classNames(cell, 'text-left font-normal')}>
        <span className="flex min-w-0 items-center gap-2">
          <StateDot model={model} className="@md:hidden" />
          <button
            type="button"
            data-name
            tabIndex={focus}
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
          {verbs.defaultModel === model.id && <Badge tone="accent">New chats</Badge>}
          {model.testSize && <Badge>Test size</Badge>}
          {isOutdated && <Badge tone="info">Newer version</Badge>}
        </span>
      </th>
      <td className={classNames(cell, cells.provider, 'truncate text-muted-foreground')}>{provider}</td>
      <td className={classNames(cell, cells.state, 'truncate')}>
        <StateCell model={model} engine={engine} coming={coming} />
      </td>
      <td className={classNames(cell, cells.size, 'text-right whitespace-nowrap')}>{bytesOrNothing(model.size)}</td>
      <td className={classNames(cell, cells.quantization, 'truncate')}>{model.quantization ?? '–'}</td>
      <td className={classNames(cell, cells.context, 'text-right')}>
        {model.contextWindow === undefined ? '–' : formatTokensShort(model.contextWindow)}
      </td>
      <td className={classNames(cell, cells.fits, 'whitespace-nowrap')}>
        <FitCell fit={fitOf(model, memory)} />
      </td>
      <td className={classNames(cell, cells.memory, 'text-right whitespace-nowrap')}>
        {held === undefined ? '–' : `${model.state.type === 'loaded' ? '' : '~ '}${bytesOrNothing(held)}`}
      </td>
      <td className={classNames(cell, 'pr-2 pl-0')} onClick={(event) => event.stopPropagation()}>
        <span className="flex justify-end">
          {canUnload(model) ? (
            <IconButton
              label={`Unload ${model.name}`}
              icon={Square}
              tabIndex={focus}
              busy={pending === 'stop'}
              onClick={() => verbs.run(model, 'stop')}
            />
          ) : canLoad(model) || pending === 'start' ? (
            <IconButton
              label={`Load ${model.name}`}
              icon={Play}
              tabIndex={focus}
              busy={pending === 'start'}
              onClick={() => {
                // Its panel shows how it goes, and what to do where it doesn't.
                if (!isChosen) onChoose(model.id);
                verbs.run(model, 'start');
              }}
            />
          ) : canRepair(model) ? (
            <IconButton
              label={`Repair ${model.name}`}
              icon={Wrench}
              tabIndex={focus}
              busy={pending === 'repair'}
              onClick={() => {
                if (!isChosen) onChoose(model.id);
                verbs.run(model, 'repair');
              }}
            />
          ) : null}
          <IconButton
            label={`What can be done with ${model.name}`}
            icon={DotsIcon}
            tabIndex={focus}
            aria-haspopup="menu"
            aria-expanded={isMenuOpen}
            {...(isMenuOpen ? { 'data-popup-open': '' } : {})}
            onClick={(event) => onMenu(model.id, event.currentTarget, event.detail === 0)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
              event.preventDefault();
              onMenu(model.id, event.currentTarget, true);
            }}
          />
        </span>
      </td>
    </tr>
  );
});
