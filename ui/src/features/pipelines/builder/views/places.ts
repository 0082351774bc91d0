/** The line, from 0, at which a JSON pointer's value stands in a text. The nearest that is there, where the place itself isn't. */
export function lineOf(text: string, pointer: string): number {
  const wanted = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at = 0;
  let found = 0;
  const skip = () => {
    while (at < text.length && /\s/.test(text[at]!)) at += 1;
  };
  const string = (): string => {
    const from = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      return '';
    }
  };
  /** Walks one value; `depth` of the wanted parts have been met on the way here, -1 off the way. */
  const value = (depth: number): boolean => {
    skip();
    if (depth === wanted.length) {
      found = at;
      return true;
    }
    const open = text[at];
    if (open === '{' || open === '[') {
      at += 1;
      for (let index = 0; at < text.length; index += 1) {
        skip();
        if (text[at] === '}' || text[at] === ']') break;
        const start = at;
        let key = String(index);
        if (open === '{') {
          if (text[at] !== '"') return false;
          key = string();
          skip();
          at += 1;
        }
        const on = depth >= 0 && key === wanted[depth];
        if (on) found = start;
        if (value(on ? depth + 1 : -1)) return true;
        if (on) return false;
        skip();
        if (text[at] === ',') at += 1;
      }
      at += 1;
    } else if (open === '"') string();
    else while (at < text.length && !/[,\]}\s]/.test(text[at]!)) at += 1;
    return false;
  };
  value(0);
  return text.slice(0, found).split('\n').length - 1;
}
