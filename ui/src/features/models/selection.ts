/** Which rows are ticked, as values. Rows are named by id, in the order in which they are shown. */
export type Selection = ReadonlySet<string>;

export const none: Selection = new Set();

export function toggled(selection: Selection, id: string): Selection {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** With all from the one ticked last to this one. */
export function extended(selection: Selection, shown: readonly string[], anchor: string | null, id: string): Selection {
  const from = anchor === null ? -1 : shown.indexOf(anchor);
  const to = shown.indexOf(id);
  if (from === -1 || to === -1) return toggled(selection, id);
  return new Set([...selection, ...shown.slice(Math.min(from, to), Math.max(from, to) + 1)]);
}

/** All of them, or none where all are ticked already. */
export function allOrNone(selection: Selection, shown: readonly string[]): Selection {
  return shown.length > 0 && shown.every((id) => selection.has(id)) ? none : new Set(shown);
}

/** Without what isn't shown any more: nobody removes what they don't see. */
export function pruned(selection: Selection, shown: readonly string[]): Selection {
  if (selection.size === 0) return selection;
  const kept = shown.filter((id) => selection.has(id));
  return kept.length === selection.size ? selection : new Set(kept);
}
