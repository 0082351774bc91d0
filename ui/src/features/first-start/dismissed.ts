import { windowStorage } from '@/lib/storage';
import { createStore, useStore } from '@/lib/store';

const key = 'first-start';
const dismissed = createStore<boolean | null>(null);

/** Whether this person waved the first screen away, or went through one of its doors. */
export function useDismissed(): boolean {
  return useStore(dismissed) ?? windowStorage().get(key) === 'done';
}

export function dismissFirstStart(): void {
  windowStorage().set(key, 'done');
  dismissed.set(true);
}
