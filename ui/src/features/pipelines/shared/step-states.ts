/** How the steps on a canvas stand, beside the scene: a state that changes draws its own step again and no other. */
import { createContext, use, useSyncExternalStore } from 'react';

import type { Tone } from '@/components/status-dot';
import { createStore, type Store } from '@/lib/store';

import type { StepStatus } from './api';

export interface StepState {
  status?: StepStatus;
  /** "2 tries · 412 tokens · $0.002" below the step. */
  facts?: string;
  /** What is being written, its end. */
  text?: string;
  faults?: { errors: number; warnings: number; first: string };
  pinned?: boolean;
}

export type StepStates = ReadonlyMap<string, StepState>;

const none: Store<StepStates> = createStore<StepStates>(new Map());

export const StepStatesContext = createContext<Pick<Store<StepStates>, 'get' | 'subscribe'>>(none);

export function useStepState(id: string): StepState | undefined {
  const store = use(StepStatesContext);
  return useSyncExternalStore(store.subscribe, () => store.get().get(id));
}

export const statusTone: Record<StepStatus, Tone> = {
  pending: 'neutral',
  ready: 'neutral',
  running: 'info',
  waiting: 'warning',
  retry_wait: 'warning',
  succeeded: 'success',
  failed: 'danger',
  skipped: 'neutral',
  cancelled: 'neutral',
  ambiguous: 'warning',
  reused: 'success',
};

export const statusWords: Record<StepStatus, string> = {
  pending: 'Not reached',
  ready: 'Ready',
  running: 'Running',
  waiting: 'Waiting',
  retry_wait: 'Waits to try again',
  succeeded: 'Done',
  failed: 'Failed',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
  ambiguous: 'May have happened',
  reused: 'Taken over',
};
