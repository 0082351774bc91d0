/** A pipeline run from the composer: "/run", its name, and what it is about. */

/** What follows the command; null where the text is a message as any other. */
export function asRun(text: string): string | null {
  const found = /^\s*\/run\s+(\S[\s\S]*)$/.exec(text);
  return found?.[1] ?? null;
}
