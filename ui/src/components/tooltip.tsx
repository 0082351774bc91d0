import {
  cloneElement,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  type ComponentProps,
  type ReactElement,
  type ReactNode,
} from 'react';
import { createPortal } from 'react-dom';

import type { Shortcut } from '@/lib/shortcut';
import { useStore } from '@/lib/store';

import { chain } from './chain';
import { Kbd } from './kbd';
import { hideTip, hideTipSoon, keepTip, showTip, shownTip, type Side, type Tip } from './tooltip-state';

export interface TooltipProps {
  /** A few words; never the only place of what must be known. */
  content: ReactNode;
  shortcut?: Shortcut;
  side?: Side;
  /** One element that passes on a button's handlers and can be focused. */
  children: ReactElement<ComponentProps<'button'>>;
}

/** It costs next to nothing until it is pointed at: there is one tooltip to the page, and `<TooltipProvider>` shows it. */
export function Tooltip({ content, shortcut, side = 'top', children }: TooltipProps) {
  const owner = useId();
  const tip = (anchor: HTMLElement): Tip => ({ owner, anchor, side, content, shortcut });
  useEffect(() => {
    const shown = shownTip.get();
    if (shown?.owner === owner && shown.content !== content) shownTip.set({ ...shown, content });
  }, [owner, content]);
  useEffect(
    () => () => {
      if (shownTip.get()?.owner === owner) hideTip();
    },
    [owner],
  );
  const { props } = children;
  return cloneElement(children, {
    onPointerEnter: chain(props.onPointerEnter, (event) => {
      if (event.pointerType !== 'touch') showTip(tip(event.currentTarget), true);
    }),
    onPointerLeave: chain(props.onPointerLeave, hideTipSoon),
    onPointerDown: chain(props.onPointerDown, hideTip),
    onFocus: chain(props.onFocus, (event) => {
      if (event.currentTarget.matches(':focus-visible')) showTip(tip(event.currentTarget), false);
    }),
    onBlur: chain(props.onBlur, hideTip),
  });
}

/** Stands once around the page. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <>
      {children}
      <Shown />
    </>
  );
}

function Shown() {
  const tip = useStore(shownTip);
  const popup = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (tip && popup.current) place(popup.current, tip);
  }, [tip]);
  const isShown = tip !== null;
  useEffect(() => {
    if (!isShown) return;
    const press = (event: KeyboardEvent) => event.key === 'Escape' && hideTip();
    window.addEventListener('keydown', press, true);
    // Its element went somewhere else.
    window.addEventListener('scroll', hideTip, true);
    window.addEventListener('resize', hideTip);
    return () => {
      window.removeEventListener('keydown', press, true);
      window.removeEventListener('scroll', hideTip, true);
      window.removeEventListener('resize', hideTip);
    };
  }, [isShown]);
  if (!tip) return null;
  return createPortal(
    <div
      key={tip.owner}
      ref={popup}
      data-tooltip
      onPointerEnter={keepTip}
      onPointerLeave={hideTipSoon}
      className="floats appears fixed z-50 flex w-max max-w-80 items-center gap-2 rounded-control px-2 py-1 text-caption text-foreground"
    >
      {tip.content}
      {tip.shortcut !== undefined && <Kbd shortcut={tip.shortcut} />}
    </div>,
    document.body,
  );
}

/** Pixels between the element and its words, and between those and the window's edge. */
const gap = 6;
const edge = 8;

function place(popup: HTMLElement, { anchor, side }: Tip): void {
  const at = anchor.getBoundingClientRect();
  const { width, height } = popup.getBoundingClientRect();
  const room = {
    top: at.top,
    bottom: window.innerHeight - at.bottom,
    left: at.left,
    right: window.innerWidth - at.right,
  };
  const other = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const;
  const needed = gap + edge + (side === 'top' || side === 'bottom' ? height : width);
  const chosen = room[side] < needed && room[other[side]] > room[side] ? other[side] : side;
  const [left, top] = {
    top: [at.left + (at.width - width) / 2, at.top - gap - height],
    bottom: [at.left + (at.width - width) / 2, at.bottom + gap],
    left: [at.left - gap - width, at.top + (at.height - height) / 2],
    right: [at.right + gap, at.top + (at.height - height) / 2],
  }[chosen] as [number, number];
  popup.style.left = `${Math.max(edge, Math.min(left, window.innerWidth - width - edge))}px`;
  popup.style.top = `${Math.max(edge, Math.min(top, window.innerHeight - height - edge))}px`;
}
