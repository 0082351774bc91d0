/** Types of ports: which fit, and what colour they have. The same few coercions as the runner's. */

/** `json:plan` is json, `list<text>` is list. */
export function baseType(type: string): string {
  return /^[a-z_]+/.exec(type)?.[0] ?? 'any';
}

const textual = new Set(['text', 'markdown']);

/** Whether a value of one type may go where another is wanted: as it is, or by a coercion that everybody expects. */
export function fits(from: string, to: string): boolean {
  const [source, target] = [from.trim(), to.trim()];
  if (source === target || source === 'any' || target === 'any') return true;
  const streamed = /^stream<(.+)>$/.exec(source)?.[1];
  if (streamed !== undefined) return fits(streamed, target);
  const [fromBase, toBase] = [baseType(source), baseType(target)];
  if (textual.has(fromBase) && textual.has(toBase)) return true;
  if (textual.has(toBase)) return ['json', 'number', 'bool', 'diff', 'test_report', 'table', 'list'].includes(fromBase);
  if (fromBase === 'json' && toBase === 'json') return source === 'json' || target === 'json';
  if (toBase === 'json' && target === 'json')
    return ['list', 'table', 'test_report', 'usage', 'messages'].includes(fromBase);
  if (fromBase === 'json' && source === 'json') return ['list', 'table', 'messages'].includes(toBase);
  const wanted = /^list<(.+)>$/.exec(target)?.[1];
  if (wanted !== undefined) {
    const given = /^list<(.+)>$/.exec(source)?.[1];
    return fits(given ?? source, wanted);
  }
  if (toBase === 'list') return true;
  return false;
}

/** What a type is called in a sentence. */
export function typeWords(type: string): string {
  const list = /^list<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) return `a list of ${typeWords(list)}`;
  const words: Record<string, string> = {
    text: 'text',
    markdown: 'Markdown',
    json: 'JSON',
    number: 'a number',
    bool: 'yes or no',
    list: 'a list',
    file: 'a file',
    dir: 'a folder',
    image: 'an image',
    audio: 'sound',
    messages: 'messages',
    diff: 'a diff',
    test_report: 'a test report',
    table: 'a table',
    embedding: 'an embedding',
    usage: 'a usage report',
    stream: 'a stream',
    any: 'anything',
  };
  return words[baseType(type)] ?? type;
}

export type PortColour = 'text' | 'json' | 'number' | 'list' | 'file' | 'code' | 'any';

const colours: Record<string, PortColour> = {
  text: 'text',
  markdown: 'text',
  messages: 'text',
  stream: 'text',
  json: 'json',
  table: 'json',
  usage: 'json',
  number: 'number',
  bool: 'number',
  embedding: 'number',
  list: 'list',
  file: 'file',
  dir: 'file',
  image: 'file',
  audio: 'file',
  diff: 'code',
  test_report: 'code',
};

export const portColour = (type: string): PortColour => colours[baseType(type)] ?? 'any';

/** A dot's or a line's colour, as a token. Names stand beside them: the colour alone says nothing to many. */
export const colourToken: Record<PortColour, string> = {
  text: 'var(--chart-1)',
  json: 'var(--chart-2)',
  number: 'var(--chart-3)',
  list: 'var(--chart-4)',
  file: 'var(--chart-5)',
  code: 'var(--chart-6)',
  any: 'var(--muted-foreground)',
};

export const legend: readonly { colour: PortColour; words: string }[] = [
  { colour: 'text', words: 'Text' },
  { colour: 'json', words: 'JSON, table' },
  { colour: 'number', words: 'Number, yes or no' },
  { colour: 'list', words: 'List' },
  { colour: 'file', words: 'File, image' },
  { colour: 'code', words: 'Diff, test report' },
  { colour: 'any', words: 'Anything' },
];
