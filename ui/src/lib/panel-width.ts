import { useCallback } from 'react';

import { windowStorage } from './storage';
import { createStore, useStore, type Store } from './store';

/** Pixels. */
export interface PanelLimits {
  min: number;
  max: number;
  initial: number;
}

/** The list beside a place's content. */
export const listLimits: PanelLimits = { min: 220, max: 420, initial: 280 };
/** The panel of details at the right. */
export const inspectorLimits: PanelLimits = { min: 280, max: 480, initial: 320 };

const widths = new Map<string, Store<number>>();

/** A panel's width in pixels, kept for this window under `name`, always within its limits. */
export function usePanelWidth(name: string, limits: PanelLimits): [width: number, set: (next: number) => void] {
  const store = storeOf(name, limits);
  const width = useStore(store);
  const set = useCallback(
    (next: number) => {
      const within = clampWidth(next, limits);
      store.set(within);
      windowStorage().set(`panel.${name}`, String(within));
    },
    [store, name, limits],
  );
  return [width, set];
}

export function clampWidth(width: number, { min, max }: PanelLimits): number {
  return Math.round(Math.min(max, Math.max(min, width)));
}

function storeOf(name: string, limits: PanelLimits): Store<number> {
  let store = widths.get(name);
  if (!store) {
    const kept = Number.parseFloat(windowStorage().get(`panel.${name}`) ?? '');
    store = createStore(clampWidth(Number.isFinite(kept) ? kept : limits.initial, limits));
    widths.set(name, store);
  }
  return store;
}
