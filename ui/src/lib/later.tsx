/**
 * A component whose code comes when it is needed. React's own `lazy` holds what has arrived back for up to 300 ms, so that
 * fallbacks don't flicker; what is read from this computer's disk is there in twenty, and once prepared it is there at once.
 */
import { createElement, useEffect, type ComponentType, type ReactElement, type ReactNode } from 'react';

import { createStore, useStore } from './store';

export interface Later<P> {
  (props: P & { meanwhile?: ReactNode }): ReactElement | ReactNode;
  /** Fetches it, if it isn't here yet: when somebody points at what would show it. */
  prepare: () => void;
}

type State<P> = { type: 'away' } | { type: 'here'; component: ComponentType<P> } | { type: 'failed'; reason: unknown };

export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): Later<P> {
  const state = createStore<State<P>>({ type: 'away' });
  let asked = false;
  const prepare = () => {
    if (asked) return;
    asked = true;
    load().then(
      (module) => state.set({ type: 'here', component: module.default }),
      (reason: unknown) => state.set({ type: 'failed', reason }),
    );
  };
  function Shown({ meanwhile, ...props }: P & { meanwhile?: ReactNode }) {
    const now = useStore(state);
    useEffect(prepare, []);
    // The place around it says what went wrong.
    if (now.type === 'failed') throw now.reason;
    return now.type === 'here' ? createElement(now.component, props as unknown as P) : meanwhile;
  }
  return Object.assign(Shown, { prepare });
}
