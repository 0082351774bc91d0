/** A unified diff as files, hunks and lines. What isn't understood is kept as it stands: nothing of a patch is left out. */
export type DiffLineKind = 'same' | 'added' | 'removed' | 'note';

export interface DiffLine {
  kind: DiffLineKind;
  text: string;
  /** Its number in the file before and after. */
  before: number | null;
  after: number | null;
}

export interface Hunk {
  /** "@@ -1,4 +1,6 @@ fn main()". */
  head: string;
  lines: readonly DiffLine[];
}

export interface DiffFile {
  path: string;
  /** Where it was, of one that moved. */
  from: string | null;
  change: 'changed' | 'added' | 'deleted' | 'renamed' | 'binary';
  added: number;
  removed: number;
  hunks: readonly Hunk[];
}

interface OpenFile extends Omit<DiffFile, 'hunks'> {
  hunks: { head: string; lines: DiffLine[] }[];
}

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

export function parseDiff(text: string): DiffFile[] {
  const files: OpenFile[] = [];
  let file: OpenFile | null = null;
  let hunk: OpenFile['hunks'][number] | null = null;
  let [before, after, leftBefore, leftAfter] = [0, 0, 0, 0];
  const begin = (path: string): OpenFile => {
    const opened: OpenFile = { path, from: null, change: 'changed', added: 0, removed: 0, hunks: [] };
    files.push(opened);
    hunk = null;
    return opened;
  };
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [place, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (hunk !== null && (leftBefore > 0 || leftAfter > 0 || line.startsWith('\\'))) {
      const open: OpenFile['hunks'][number] = hunk;
      const kind: DiffLineKind = line.startsWith('+')
        ? 'added'
        : line.startsWith('-')
          ? 'removed'
          : line.startsWith('\\')
            ? 'note'
            : 'same';
      const counts = { added: [0, 1], removed: [1, 0], same: [1, 1], note: [0, 0] }[kind] as [number, number];
      open.lines.push({
        kind,
        text: kind === 'note' ? line.slice(2) : line.slice(1),
        before: counts[0] === 1 ? before : null,
        after: counts[1] === 1 ? after : null,
      });
      before += counts[0];
      after += counts[1];
      leftBefore -= counts[0];
      leftAfter -= counts[1];
      if (file && kind === 'added') file.added += 1;
      if (file && kind === 'removed') file.removed += 1;
      continue;
    }
    const head = hunkHead.exec(line);
    if (head) {
      file ??= begin('');
      hunk = { head: line, lines: [] };
      file.hunks.push(hunk);
      before = Number(head[1]);
      leftBefore = head[2] === undefined ? 1 : Number(head[2]);
      after = Number(head[3]);
      leftAfter = head[4] === undefined ? 1 : Number(head[4]);
      continue;
    }
    const git = /^diff --git "?a\/(.*?)"? "?b\/(.*?)"?$/.exec(line);
    if (git) {
      file = begin(git[2] ?? '');
      continue;
    }
    if (line.startsWith('--- ') && lines[place + 1]?.startsWith('+++ ') === true) {
      const old = pathOf(line);
      const fresh = pathOf(lines[place + 1] ?? '');
      // Without git's own line this is where a file begins.
      if (file === null || file.hunks.length > 0 || (file.path !== fresh && file.path !== old))
        file = begin(fresh ?? old ?? '');
      if (old === null) file.change = 'added';
      else if (fresh === null) {
        file.change = 'deleted';
        file.path = old;
      }
      continue;
    }
    if (!file) continue;
    if (line.startsWith('new file mode')) file.change = 'added';
    else if (line.startsWith('deleted file mode')) file.change = 'deleted';
    else if (line.startsWith('Binary files') || line === 'GIT binary patch') file.change = 'binary';
    else if (line.startsWith('rename from ')) {
      file.change = 'renamed';
      file.from = line.slice('rename from '.length);
    }
  }
  return files;
}

/** The path of a "---" or "+++" line; null where there was or is no file. */
function pathOf(line: string): string | null {
  const path = line.slice(4).split('\t')[0]?.replace(/^"|"$/g, '').trim() ?? '';
  if (path === '/dev/null') return null;
  return path.replace(/^[ab]\//, '');
}

export const isDiff = (text: string): boolean => /^(diff --git |--- .+\n\+\+\+ |@@ -\d)/m.test(text);

export function totals(files: readonly DiffFile[]): { added: number; removed: number } {
  return files.reduce((sum, file) => ({ added: sum.added + file.added, removed: sum.removed + file.removed }), {
    added: 0,
    removed: 0,
  });
}
