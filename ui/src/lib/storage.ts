/**
 * What belongs to this window alone (theme, panel widths): read before the first paint, lost without harm.
 * Anything that would hurt to lose is a setting and lives in the database.
 */
export interface WindowStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

const prefix = 'webplus.';
let memory = new Map<string, string>();

/** The browser's storage; a private window that refuses it gets memory instead. */
export const browserStorage: WindowStorage = {
  get(key) {
    try {
      return localStorage.getItem(prefix + key) ?? memory.get(key) ?? null;
    } catch {
      return memory.get(key) ?? null;
    }
  },
  set(key, value) {
    memory.set(key, value);
    try {
      localStorage.setItem(prefix + key, value);
    } catch {
      // Kept in memory above; there is nothing that the person could do about it.
    }
  },
};

let current: WindowStorage = browserStorage;

export function windowStorage(): WindowStorage {
  return current;
}

/** Called once at the start, with the host's storage; tests pass their own. */
export function setWindowStorage(storage: WindowStorage): void {
  current = storage;
  memory = new Map();
}
