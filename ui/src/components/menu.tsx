import { ContextMenu as BaseContextMenu } from '@base-ui/react/context-menu';
import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Check, ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';

import { classNames } from '@/lib/class-names';
import { ariaShortcut, type Shortcut } from '@/lib/shortcut';

import type { Icon } from './button';
import { Kbd } from './kbd';
import { itemClass, popupClass } from './popup-class';

/** A menu is a value, so that a row's button and its right click show the same one. */
export type MenuEntry =
  | {
      label: string;
      icon?: Icon;
      shortcut?: Shortcut;
      danger?: boolean;
      disabled?: boolean;
      /** One of a choice: whether it is the chosen one. */
      checked?: boolean;
      onSelect: () => void;
    }
  | { label: string; icon?: Icon; disabled?: boolean; entries: readonly MenuEntry[] }
  | 'separator';

export interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
}

export function Menu({ trigger, entries, side = 'bottom', align = 'start' }: MenuProps) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-40 outline-none"
        >
          <BaseMenu.Popup className={classNames(popupClass, 'min-w-44')}>
            <Entries entries={entries} />
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

export interface ContextMenuProps {
  entries: readonly MenuEntry[];
  /** What is right-clicked (or long-pressed): one element that takes a ref. The same menu must stand behind a button too. */
  children: ReactElement;
}

export function ContextMenu({ entries, children }: ContextMenuProps) {
  return (
    <BaseContextMenu.Root>
      <BaseContextMenu.Trigger render={children} />
      <BaseContextMenu.Portal>
        <BaseContextMenu.Positioner collisionPadding={8} className="z-40 outline-none">
          <BaseContextMenu.Popup className={classNames(popupClass, 'min-w-44')}>
            <Entries entries={entries} />
          </BaseContextMenu.Popup>
        </BaseContextMenu.Positioner>
      </BaseContextMenu.Portal>
    </BaseContextMenu.Root>
  );
}

function Entries({ entries }: { entries: readonly MenuEntry[] }) {
  // Where one entry has a mark or a picture, all leave room for it.
  const choosable = entries.some((entry) => entry !== 'separator' && 'checked' in entry);
  const pictured = entries.some((entry) => entry !== 'separator' && entry.icon !== undefined);
  return entries.map((entry, index) => {
    if (entry === 'separator') return <BaseMenu.Separator key={`separator-${index}`} className="my-1 h-px bg-border" />;
    const IconShown = entry.icon;
    const checked = 'checked' in entry && entry.checked === true;
    const lead = (
      <>
        {choosable && (
          <span className="size-4 shrink-0">{checked && <Check aria-hidden className="size-4 text-accent" />}</span>
        )}
        {pictured &&
          (IconShown ? (
            <IconShown className="size-4 shrink-0 text-muted-foreground" />
          ) : (
            <span className="size-4 shrink-0" />
          ))}
      </>
    );
    if ('entries' in entry) {
      return (
        <BaseMenu.SubmenuRoot key={entry.label}>
          <BaseMenu.SubmenuTrigger
            disabled={entry.disabled}
            className={classNames(itemClass, 'data-popup-open:bg-hover')}
          >
            {lead}
            {entry.label}
            <ChevronRight aria-hidden className="ml-auto size-3.5 text-muted-foreground" />
          </BaseMenu.SubmenuTrigger>
          <BaseMenu.Portal>
            <BaseMenu.Positioner sideOffset={2} collisionPadding={8} className="z-40 outline-none">
              <BaseMenu.Popup className={classNames(popupClass, 'min-w-40')}>
                <Entries entries={entry.entries} />
              </BaseMenu.Popup>
            </BaseMenu.Positioner>
          </BaseMenu.Portal>
        </BaseMenu.SubmenuRoot>
      );
    }
    const words = (
      <>
        {lead}
        {entry.label}
        {entry.shortcut !== undefined && (
          <span className="ml-auto pl-4">
            <Kbd shortcut={entry.shortcut} />
          </span>
        )}
      </>
    );
    const shared = {
      disabled: entry.disabled,
      className: classNames(itemClass, entry.danger === true && 'text-danger [&>svg]:text-danger'),
      'aria-keyshortcuts': entry.shortcut && ariaShortcut(entry.shortcut),
    };
    return entry.checked === undefined ? (
      <BaseMenu.Item key={entry.label} {...shared} onClick={entry.onSelect}>
        {words}
      </BaseMenu.Item>
    ) : (
      <BaseMenu.CheckboxItem
        key={entry.label}
        {...shared}
        checked={entry.checked}
        closeOnClick
        onCheckedChange={entry.onSelect}
      >
        {words}
      </BaseMenu.CheckboxItem>
    );
  });
}
