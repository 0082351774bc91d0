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

const hunkHead = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Models count badly: where the head of a hunk says how many lines it has, its lines are read all the same, as long as they look like some. */
export function parseDiff(text: string): DiffFile[] {
  const files: OpenFile[] = [];
  let file: OpenFile | null = null;
  let hunk: { head: string; lines: DiffLine[] } | null = null;
  let [before, after] = [0, 0];
  const begin = (path: string): OpenFile => {
    const opened: OpenFile = { path, from: null, change: 'changed', added: 0, removed: 0, hunks: [] };
    files.push(opened);
    hunk = null;
    return opened;
  };
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  for (const [place, line] of lines.entries()) {
    const head = hunkHead.exec(line);
    if (head) {
      file ??= begin('');
      hunk = { head: line, lines: [] };
      file.hunks.push(hunk);
      [before, after] = [Number(head[1]), Number(head[2])];
      continue;
    }
    const git = /^diff --git "?a\/(.*?)"? "?b\/(.*?)"?$/.exec(line);
    if (git) {
      file = begin(git[2] ?? '');
      continue;
    }
    if (beginsFile(lines, place)) {
      const [old, fresh] = [pathOf(line), pathOf(lines[place + 1] ?? '')];
      // Behind git's own line it says again which file it is; without one this is where a file begins.
      if (file === null || file.hunks.length > 0) file = begin(fresh ?? old ?? '');
      if (old === null) file.change = 'added';
      else if (fresh === null) file.change = 'deleted';
      file.path = fresh ?? old ?? file.path;
      hunk = null;
      continue;
    }
    if (hunk !== null && file !== null && /^[ +\-\\]|^$/.test(line)) {
      const kind = kindOf(line);
      const open: DiffLine[] = (hunk as { lines: DiffLine[] }).lines;
      open.push({
        kind,
        text: kind === 'note' ? line.slice(2) : line.slice(1),
        before: kind === 'same' || kind === 'removed' ? before++ : null,
        after: kind === 'same' || kind === 'added' ? after++ : null,
      });
      if (kind === 'added') file.added += 1;
      if (kind === 'removed') file.removed += 1;
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

function kindOf(line: string): DiffLineKind {
  if (line.startsWith('+')) return 'added';
  if (line.startsWith('-')) return 'removed';
  return line.startsWith('\\') ? 'note' : 'same';
}

/** A removed line may look like the head of a file, but not with an added one and a hunk's head behind it. */
function beginsFile(lines: readonly string[], place: number): boolean {
  if (!/^--- \S/.test(lines[place] ?? '') || !/^\+\+\+ \S/.test(lines[place + 1] ?? '')) return false;
  const next = lines[place + 2];
  return next === undefined || hunkHead.test(next);
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
