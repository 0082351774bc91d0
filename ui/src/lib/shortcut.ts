/**
 * A shortcut is written once, as "Mod+Shift+F": Mod is Command on Apple's computers and Ctrl elsewhere.
 * The same text is matched, shown in tooltips and the palette, and told to assistive technology.
 */
export type Shortcut = string;

interface Keys {
  mod: boolean;
  shift: boolean;
  alt: boolean;
  key: string;
}

export const isApple = /mac|iphone|ipad/i.test(typeof navigator === 'undefined' ? '' : navigator.userAgent);

const appleSigns: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Escape: 'esc' };
const signs: Record<string, string> = { Mod: 'Ctrl', Escape: 'Esc' };
const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };

/** The keys as they are printed: ["Ctrl", "K"] or ["⌘", "K"]. */
export function shortcutKeys(shortcut: Shortcut, apple = isApple): string[] {
  return split(shortcut).map((part) => arrows[part] ?? (apple ? appleSigns : signs)[part] ?? part);
}

/** As `aria-keyshortcuts` wants it. */
export function ariaShortcut(shortcut: Shortcut, apple = isApple): string {
  return split(shortcut)
    .map((part) => (part === 'Mod' ? (apple ? 'Meta' : 'Control') : part))
    .join('+');
}

export function matchesShortcut(shortcut: Shortcut, event: KeyboardEvent, apple = isApple): boolean {
  const keys = parse(shortcut);
  const [mod, other] = apple ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (mod !== keys.mod || other || event.altKey !== keys.alt) return false;
  const pressed = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  // A sign such as "/" or "?" may need Shift on some keyboards: what was typed counts, not how.
  const isLetter = /^[A-Z]$/.test(keys.key);
  const shiftMatters = isLetter || keys.key.length > 1;
  return pressed === keys.key && (!shiftMatters || event.shiftKey === keys.shift);
}

/** Whether it holds a modifier, and so may act while the person types in a field. */
export function hasModifier(shortcut: Shortcut): boolean {
  const keys = parse(shortcut);
  return keys.mod || keys.alt;
}

function parse(shortcut: Shortcut): Keys {
  const parts = split(shortcut);
  const key = parts.at(-1) ?? '';
  return {
    mod: parts.includes('Mod'),
    shift: parts.includes('Shift'),
    alt: parts.includes('Alt'),
    key: key.length === 1 ? key.toUpperCase() : key,
  };
}

function split(shortcut: Shortcut): string[] {
  // "Mod++" means the plus key.
  return shortcut.endsWith('++') ? [...split(shortcut.slice(0, -2)), '+'] : shortcut.split('+');
}
