import type { Definition, Note, Point } from '../../shared/definition';

export function addNote(definition: Definition, at: Point): { definition: Definition; id: string } {
  const notes = definition.ui?.notes ?? [];
  const numbers = notes.map(({ id }) => Number(/^n(\d+)$/.exec(id)?.[1] ?? 0));
  const id = `n${Math.max(0, ...numbers) + 1}`;
  const note: Note = { id, text: '', x: Math.round(at.x), y: Math.round(at.y) };
  return { definition: { ...definition, ui: { ...definition.ui, notes: [...notes, note] } }, id };
}

export function setNote(definition: Definition, id: string, changes: Partial<Note>): Definition {
  const notes = definition.ui?.notes?.map((note) => (note.id === id ? { ...note, ...changes } : note));
  return { ...definition, ui: { ...definition.ui, notes: notes ?? [] } };
}

export function removeNotes(definition: Definition, ids: ReadonlySet<string>): Definition {
  const notes = definition.ui?.notes?.filter(({ id }) => !ids.has(id));
  return { ...definition, ui: { ...definition.ui, notes: notes ?? [] } };
}
