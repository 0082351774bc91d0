import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';

import { listLimits, usePanelWidth } from './panel-width';
import { setWindowStorage, type WindowStorage } from './storage';
import { restoreTheme, setTheme } from './theme';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  const storage: WindowStorage = {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void kept.set(key, value),
  };
  setWindowStorage(storage);
});

it('follows the system until a theme is chosen, and keeps the choice for this window', () => {
  restoreTheme();
  expect(document.documentElement.dataset.theme).toBeUndefined();
  setTheme('dark');
  expect(document.documentElement.dataset.theme).toBe('dark');
  document.documentElement.removeAttribute('data-theme');
  restoreTheme();
  expect(document.documentElement.dataset.theme).toBe('dark');
  kept.set('theme', 'mauve');
  restoreTheme();
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

it('keeps a panel’s width within its limits', () => {
  kept.set('panel.list', '9000');
  const { result } = renderHook(() => usePanelWidth('list', listLimits));
  expect(result.current[0]).toBe(420);
  act(() => result.current[1](100));
  expect(result.current[0]).toBe(220);
  expect(kept.get('panel.list')).toBe('220');
});

it('begins with the usual width where what was kept isn’t a number', () => {
  kept.set('panel.other', 'wide');
  expect(renderHook(() => usePanelWidth('other', listLimits)).result.current[0]).toBe(280);
});
