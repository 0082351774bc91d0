/** Two texts, line by line: what stayed, went and came (Myers). */
export interface DiffLine {
  type: 'same' | 'gone' | 'new';
  text: string;
}

/** Beyond this many differences the middle is told as gone and come whole: nobody reads it line by line. */
const most = 4000;

export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1;
  const same = (text: string): DiffLine => ({ type: 'same', text });
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

function middle(a: string[], b: string[]): DiffLine[] {
  const whole = (): DiffLine[] => [
    ...a.map((text): DiffLine => ({ type: 'gone', text })),
    ...b.map((text): DiffLine => ({ type: 'new', text })),
  ];
  if (a.length === 0 || b.length === 0) return whole();
  const trace: Map<number, number>[] = [];
  let ends = new Map<number, number>([[1, 0]]);
  for (let depth = 0; depth <= Math.min(a.length + b.length, most); depth += 1) {
    trace.push(new Map(ends));
    for (let k = -depth; k <= depth; k += 2) {
      const down = k === -depth || (k !== depth && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
      let x = down ? (ends.get(k + 1) ?? 0) : (ends.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      ends.set(k, x);
      if (x >= a.length && y >= b.length) return back(trace, a, b, depth);
    }
    ends = new Map(ends);
  }
  return whole();
}

function back(trace: readonly Map<number, number>[], a: string[], b: string[], depths: number): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let depth = depths; depth >= 0; depth -= 1) {
    const ends = trace[depth]!;
    const k = x - y;
    const down = k === -depth || (k !== depth && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const fromX = depth === 0 ? 0 : (ends.get(from) ?? 0);
    const fromY = depth === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      lines.push({ type: 'same', text: a[x]! });
    }
    if (depth === 0) break;
    if (down) lines.push({ type: 'new', text: b[(y -= 1)]! });
    else lines.push({ type: 'gone', text: a[(x -= 1)]! });
  }
  return lines.reverse();
}

/** Only what changed, with a few lines around it; `null` stands for what was left out. */
export function folded(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ type }) => type !== 'same'),
  );
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, index) => {
    if (near[index]) shown.push(line);
    else if (shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}
