import { expect, it } from 'vitest';

import { ariaShortcut, matchesShortcut, shortcutKeys } from './shortcut';

const press = (key: string, modifiers: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...modifiers });

it('means Command on Apple’s computers and Ctrl elsewhere', () => {
  expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true);
  expect(matchesShortcut('Mod+K', press('k', { metaKey: true }), false)).toBe(false);
  expect(matchesShortcut('Mod+K', press('k', { metaKey: true }), true)).toBe(true);
  expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true }), true)).toBe(false);
  expect(shortcutKeys('Mod+Shift+F', true)).toEqual(['⌘', '⇧', 'F']);
  expect(shortcutKeys('Alt+ArrowUp', false)).toEqual(['Alt', '↑']);
  expect(ariaShortcut('Mod+K', false)).toBe('Control+K');
});

it('tells Ctrl+F from Ctrl+Shift+F', () => {
  const withShift = press('F', { ctrlKey: true, shiftKey: true });
  expect(matchesShortcut('Mod+F', withShift, false)).toBe(false);
  expect(matchesShortcut('Mod+Shift+F', withShift, false)).toBe(true);
});

it('takes a sign as typed, however the keyboard makes it', () => {
  expect(matchesShortcut('Mod+/', press('/', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
  expect(matchesShortcut('Mod++', press('+', { ctrlKey: true }), false)).toBe(true);
});
