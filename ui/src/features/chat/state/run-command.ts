/** A pipeline run from the composer: "/run", its name, and what it is about. */

/** What follows the command; null where the text is a message as any other. */
export function asRun(text: string): string | null {
  const found = /^\s*\/run\s+(\S[\s\S]*)$/.exec(text);
  return found?.[1] ?? null;
}

/** Whether it begins as the command does, whatever follows. */
export const beginsRun = (text: string): boolean => /^\s*\/run(\s|$)/.test(text);

/** "/run" and nothing behind it: no pipeline is named yet. */
export const isBareRun = (text: string): boolean => /^\s*\/run\s*$/.test(text);

/** At most so many are offered. */
const most = 5;

/**
 * The names that may be meant by what is typed behind "/run"; none where it is no command, or where one is named already. Those that
 * begin so come first.
 */
export function offeredNames(text: string, names: readonly string[]): string[] {
  const typed = /^\s*\/run(?:\s+([^\n]*))?$/.exec(text);
  if (!typed) return [];
  const begun = (typed[1] ?? '').toLowerCase();
  if (names.some((name) => `${begun} `.startsWith(`${name.toLowerCase()} `))) return [];
  const rank = (name: string) => name.toLowerCase().indexOf(begun.trim());
  return names
    .filter((name) => rank(name) >= 0)
    .sort((one, other) => Math.min(1, rank(one)) - Math.min(1, rank(other)) || one.localeCompare(other))
    .slice(0, most);
}
