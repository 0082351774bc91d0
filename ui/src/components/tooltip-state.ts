/** The page's one tooltip: what it says, beside which element, and when it comes and goes. */
import type { ReactNode } from 'react';

import type { Shortcut } from '@/lib/shortcut';
import { createStore } from '@/lib/store';

export type Side = 'top' | 'right' | 'bottom' | 'left';

export interface Tip {
  /** Which tooltip of the page it is. */
  owner: string;
  anchor: HTMLElement;
  side: Side;
  content: ReactNode;
  shortcut: Shortcut | undefined;
}

export const shownTip = createStore<Tip | null>(null);

/** Milliseconds of pointing before the first one comes. */
const patienceMs = 500;
/** Milliseconds in which the pointer may go from the element to the words, or to the next element, whose tooltip comes at once. */
const graceMs = 80;

let timer: ReturnType<typeof setTimeout> | undefined;

export function showTip(tip: Tip, pointed: boolean): void {
  clearTimeout(timer);
  if (pointed && shownTip.get() === null) timer = setTimeout(() => shownTip.set(tip), patienceMs);
  else shownTip.set(tip);
}

export function hideTipSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => shownTip.set(null), graceMs);
}

export function hideTip(): void {
  clearTimeout(timer);
  shownTip.set(null);
}

/** The pointer came back to it. */
export function keepTip(): void {
  clearTimeout(timer);
}
