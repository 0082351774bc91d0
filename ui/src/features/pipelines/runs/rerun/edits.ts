/** Values that are edited as text before a run is begun again. */
import { baseType } from '../../shared/types';

/** By input, or by "node.port": what stands in its field. */
export type Edits = Readonly<Record<string, string>>;

export const isText = (type: string): boolean =>
  ['text', 'markdown', 'file', 'dir', 'diff', 'stream'].includes(baseType(type));

export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** What was typed, as what it is: text where the type is one, JSON else; and where JSON fails, text where any value may stand. */
export function parseEdited(
  edits: Edits,
  typeOf: (name: string) => string,
): { values: Record<string, unknown>; wrong: string[] } {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [name, text] of Object.entries(edits)) {
    const type = typeOf(name);
    if (isText(type)) values[name] = text;
    else {
      try {
        values[name] = JSON.parse(text) as unknown;
      } catch {
        if (baseType(type) === 'any') values[name] = text;
        else wrong.push(name);
      }
    }
  }
  return { values, wrong };
}
