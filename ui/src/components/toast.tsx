import { later } from '@/lib/later';
import { createStore, useStore } from '@/lib/store';

import type { Tone } from './status-dot';

export interface ToastMessage {
  /** What happened, to what: "Downloaded smollm2 (98.4 MB)". */
  title: string;
  description?: string;
  tone?: Tone;
  /** The way to the thing, or back: "Show", "Undo". */
  action?: { label: string; onSelect: () => void };
  /** Milliseconds; 0 stays until it is closed. With an action 8 s, else 5 s. */
  lasts?: number;
}

/** Whether anything has been said yet: before that nothing of it is loaded. */
const needed = createStore(false);
const load = () => import('./toast-list');
const ToastList = later(load);

/** Says the result of work in the background. What the person just did is answered where they did it, never here. */
export function showToast(message: ToastMessage): () => void {
  needed.set(true);
  const shown = load().then(({ addToast }) => addToast(message));
  return () => void shown.then((close) => close());
}

/** Once in the page, beside everything else. F6 goes to the messages. */
export function Toasts() {
  const isNeeded = useStore(needed);
  return isNeeded && <ToastList />;
}
