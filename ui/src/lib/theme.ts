import { windowStorage } from './storage';
import { createStore, useStore } from './store';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'dense';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const theme = createStore<Theme>('system');
const density = createStore<Density>('comfortable');

/** Reads what this window remembers and puts it on <html>; call it before the first paint. */
export function restoreTheme(): void {
  const kept = windowStorage().get('theme');
  applyTheme(themes.find((name) => name === kept) ?? 'system');
  applyDensity(windowStorage().get('density') === 'dense' ? 'dense' : 'comfortable');
}

export function setTheme(next: Theme): void {
  windowStorage().set('theme', next);
  applyTheme(next);
}

export function setDensity(next: Density): void {
  windowStorage().set('density', next);
  applyDensity(next);
}

export const useTheme = (): Theme => useStore(theme);
export const useDensity = (): Density => useStore(density);

function applyTheme(next: Theme): void {
  theme.set(next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}

function applyDensity(next: Density): void {
  density.set(next);
  document.documentElement.dataset.density = next;
}
