/** Whether the text stands beside the canvas: a choice of this window, remembered. Where there is no room for both it is a tab only. */
import { windowStorage } from '@/lib/storage';
import { createStore, useStore } from '@/lib/store';

const key = 'pipelines.text-beside';
const shown = createStore<boolean | null>(null);
const now = (): boolean => shown.get() ?? windowStorage().get(key) === 'yes';

export function useTextBeside(): boolean {
  return useStore(shown) ?? now();
}

export function toggleTextBeside(): void {
  const next = !now();
  shown.set(next);
  windowStorage().set(key, next ? 'yes' : '');
}
