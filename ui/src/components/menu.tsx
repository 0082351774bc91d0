import {
  cloneElement,
  useState,
  type ComponentProps,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from 'react';

import { later } from '@/lib/later';
import type { Shortcut } from '@/lib/shortcut';

import type { Icon } from './button';
import { chain } from './chain';
import type { MenuPopupProps } from './menu-popup';

const MenuPopup = later(() => import('./menu-popup'));

/** A menu is a value, so that a row's button and its right click show the same one. */
export type MenuEntry =
  | {
      label: string;
      icon?: Icon;
      shortcut?: Shortcut;
      /** A second, quieter text: a count. */
      note?: string;
      danger?: boolean;
      disabled?: boolean;
      /** One of a choice: whether it is the chosen one. */
      checked?: boolean;
      onSelect: () => void;
    }
  | { label: string; icon?: Icon; disabled?: boolean; entries: readonly MenuEntry[] }
  | 'separator';

export interface MenuProps extends Pick<MenuPopupProps, 'side' | 'align'> {
  /** The button that opens it. */
  trigger: ReactElement<ComponentProps<'button'>>;
  /** As a function where it costs something to say them: it is called while the menu is open only. */
  entries: readonly MenuEntry[] | (() => readonly MenuEntry[]);
}

/** Until it is opened it is its button and nothing more. */
export function Menu({ trigger, entries, side, align }: MenuProps) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [open, setOpen] = useState(false);
  const { props } = trigger;
  const show = (button: HTMLElement, byKey: boolean) => {
    setOpened({ anchor: button, focusBack: button, byKey });
    setOpen(true);
  };
  return (
    <>
      {cloneElement(trigger, {
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        ...(open ? { 'data-popup-open': '' } : {}),
        onPointerEnter: chain(props.onPointerEnter, MenuPopup.prepare),
        onFocus: chain(props.onFocus, MenuPopup.prepare),
        // Pressed by a key, a button is clicked nowhere.
        onClick: chain(props.onClick, (event: MouseEvent<HTMLButtonElement>) =>
          show(event.currentTarget, event.detail === 0),
        ),
        onKeyDown: chain(props.onKeyDown, (event: KeyboardEvent<HTMLButtonElement>) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          show(event.currentTarget, true);
        }),
      })}
      {opened && (
        <MenuPopup
          {...opened}
          open={open}
          onClose={() => setOpen(false)}
          entries={typeof entries === 'function' ? entries() : entries}
          side={side}
          align={align}
        />
      )}
    </>
  );
}

type Opened = Pick<MenuPopupProps, 'anchor' | 'focusBack' | 'byKey'>;

export interface ContextMenuProps {
  entries: readonly MenuEntry[];
  /** What is right-clicked (or long-pressed): one element. The same menu must stand behind a button too. */
  children: ReactElement<ComponentProps<'div'>>;
}

export function ContextMenu({ entries, children }: ContextMenuProps) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [open, setOpen] = useState(false);
  const { props } = children;
  return (
    <>
      {cloneElement(children, {
        onContextMenu: chain(props.onContextMenu, (event: MouseEvent<HTMLElement>) => {
          event.preventDefault();
          setOpened(atPointer(event));
          setOpen(true);
        }),
      })}
      {opened && <MenuPopup {...opened} open={open} onClose={() => setOpen(false)} entries={entries} offset={0} />}
    </>
  );
}

/** What a row's button does to open the menu that it shares with the other rows. */
export interface RowMenu<Row> {
  /** Whose menu is open. */
  openRow: Row | undefined;
  /** When a row is pointed at or focused. */
  prepare: () => void;
  beside: (row: Row, button: HTMLElement, byKey: boolean) => void;
  /** Where it was right-clicked. */
  at: (row: Row, event: MouseEvent<HTMLElement>) => void;
  /** To be put beside the list. */
  menu: ReactNode;
}

/** One menu for all rows of a long list, which would cost too much each with one of its own. */
export function useRowMenu<Row>(entriesOf: (row: Row) => readonly MenuEntry[]): RowMenu<Row> {
  const [opened, setOpened] = useState<(Opened & { row: Row; offset?: number }) | null>(null);
  const [open, setOpen] = useState(false);
  const show = (next: Opened & { row: Row; offset?: number }) => {
    setOpened(next);
    setOpen(true);
  };
  return {
    openRow: open ? opened?.row : undefined,
    prepare: MenuPopup.prepare,
    beside: (row, button, byKey) => show({ row, anchor: button, focusBack: button, byKey }),
    at: (row, event) => {
      event.preventDefault();
      show({ row, ...atPointer(event), offset: 0 });
    },
    menu: opened && (
      <MenuPopup
        anchor={opened.anchor}
        focusBack={opened.focusBack}
        byKey={opened.byKey}
        offset={opened.offset}
        align={opened.offset === 0 ? 'start' : 'end'}
        open={open}
        onClose={() => setOpen(false)}
        entries={entriesOf(opened.row)}
      />
    ),
  };
}

function atPointer(event: MouseEvent<HTMLElement>): Opened {
  const { activeElement } = document;
  return {
    anchor: { getBoundingClientRect: pointOf(event) },
    focusBack: activeElement instanceof HTMLElement ? activeElement : null,
    byKey: false,
  };
}

function pointOf({ clientX, clientY }: MouseEvent): () => DOMRect {
  const point = new DOMRect(clientX, clientY, 0, 0);
  return () => point;
}
