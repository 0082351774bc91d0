/** What a menu shows once it is opened. Loaded when somebody is about to. */
import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Check, ChevronRight } from 'lucide-react';
import { useEffect, useRef } from 'react';

import { classNames } from '@/lib/class-names';
import { ariaShortcut } from '@/lib/shortcut';

import { Kbd } from './kbd';
import type { MenuEntry } from './menu';
import { itemClass, popupClass } from './popup-class';

export interface MenuPopupProps {
  open: boolean;
  onClose: () => void;
  /** What it stands beside: an element, or the point that was clicked. */
  anchor: HTMLElement | { getBoundingClientRect: () => DOMRect } | null;
  /** Where the focus goes when it closes. */
  focusBack: HTMLElement | null;
  /** Opened by a key: its first entry is the chosen one. */
  byKey: boolean;
  entries: readonly MenuEntry[];
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  offset?: number;
}

export default function MenuPopup(props: MenuPopupProps) {
  const { open, onClose, anchor, focusBack, byKey, entries, side = 'bottom', align = 'start', offset = 4 } = props;
  const popup = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open || !byKey) return;
    const frame = requestAnimationFrame(() => popup.current?.querySelector<HTMLElement>('[role^=menuitem]')?.focus());
    return () => cancelAnimationFrame(frame);
  }, [open, byKey]);
  return (
    <BaseMenu.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseMenu.Portal>
        <BaseMenu.Positioner
          anchor={anchor}
          side={side}
          align={align}
          sideOffset={offset}
          collisionPadding={8}
          className="z-40 outline-none"
        >
          <BaseMenu.Popup
            ref={popup}
            finalFocus={() => focusBack ?? true}
            className={classNames(popupClass, 'min-w-44')}
          >
            <Entries entries={entries} />
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
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
        {entry.note !== undefined && (
          <span className="tabular ml-auto pl-4 text-caption text-muted-foreground">{entry.note}</span>
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
