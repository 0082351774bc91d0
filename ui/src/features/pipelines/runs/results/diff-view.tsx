/** Changes of files, one file at a time, with the numbers of their lines. Whether they are applied is asked where the run waits for it. */
import { useMemo, useState } from 'react';

import { Badge } from '@/components/badge';
import { classNames } from '@/lib/class-names';
import { formatPlural } from '@/lib/format';

import { parseDiff, totals, type DiffFile, type DiffLine, type Hunk } from './diff';

/** Lines of a file that are shown at once; more by a button, so that a patch of ten thousand lines doesn't hold the page up. */
const mostLines = 400;

export function DiffView({ text, label = 'Changes' }: { text: string; label?: string }) {
  const files = useMemo(() => parseDiff(text), [text]);
  const [chosen, setChosen] = useState(0);
  const file = files[Math.min(chosen, files.length - 1)];
  if (!file) return <p className="text-dense text-muted-foreground">No changes.</p>;
  const sum = totals(files);
  return (
    <section aria-label={label} className="min-w-0 overflow-hidden rounded-control border border-border">
      <p className="tabular flex flex-wrap items-center gap-x-2 border-b border-border bg-panel px-3 py-1.5 text-caption text-muted-foreground">
        {formatPlural(files.length, 'file')}
        <Counts added={sum.added} removed={sum.removed} />
      </p>
      {files.length > 1 && (
        <ul aria-label="Files" className="max-h-44 overflow-y-auto border-b border-border p-1">
          {files.map((one, index) => (
            <li key={index}>
              <button
                type="button"
                aria-current={one === file}
                onClick={() => setChosen(index)}
                className={classNames(
                  'focus-inset flex h-8 w-full items-center gap-2 rounded-small px-2 text-left text-dense',
                  one === file ? 'bg-accent-surface' : 'hover:bg-hover',
                )}
              >
                <Path file={one} />
                <Counts added={one.added} removed={one.removed} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <File key={chosen} file={file} alone={files.length === 1} />
    </section>
  );
}

function Path({ file }: { file: DiffFile }) {
  const slash = file.path.lastIndexOf('/');
  return (
    <span className="flex min-w-0 flex-1 items-center gap-2">
      <span className="truncate font-mono" title={file.path}>
        <span className="text-muted-foreground">{file.path.slice(0, slash + 1)}</span>
        {file.path.slice(slash + 1) || 'A file without a name'}
      </span>
      {file.change !== 'changed' && (
        <Badge tone={file.change === 'deleted' ? 'danger' : file.change === 'added' ? 'success' : 'neutral'}>
          {file.change}
        </Badge>
      )}
    </span>
  );
}

function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span className="tabular shrink-0 text-caption">
      <span className="text-success">+{added}</span> <span className="text-danger">−{removed}</span>
    </span>
  );
}

function File({ file, alone }: { file: DiffFile; alone: boolean }) {
  const [all, setAll] = useState(false);
  const count = file.hunks.reduce((sum, { lines }) => sum + lines.length, 0);
  const hunks = all ? file.hunks : cutTo(file.hunks, mostLines);
  return (
    <>
      {alone && (
        <p className="flex h-8 items-center gap-2 border-b border-border px-3 text-dense">
          <Path file={file} />
        </p>
      )}
      {file.from !== null && <p className="px-3 py-1.5 text-caption text-muted-foreground">It was {file.from}.</p>}
      {file.change === 'binary' && (
        <p className="px-3 py-2 text-dense text-muted-foreground">Not text: only that it changed can be said.</p>
      )}
      {hunks.length > 0 && (
        <div
          role="region"
          aria-label={`Lines of ${file.path}`}
          tabIndex={0}
          className="focus-inset max-h-120 overflow-auto"
        >
          <table className="w-full border-collapse font-mono text-dense leading-5 [font-variant-ligatures:none]">
            {hunks.map((hunk, index) => (
              <HunkView key={index} hunk={hunk} />
            ))}
          </table>
        </div>
      )}
      {!all && count > mostLines && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="focus-inset h-8 w-full border-t border-border text-dense text-accent hover:bg-hover"
        >
          Show all {formatPlural(count, 'line')}
        </button>
      )}
    </>
  );
}

function cutTo(hunks: readonly Hunk[], most: number): Hunk[] {
  const kept: Hunk[] = [];
  let left = most;
  for (const hunk of hunks) {
    if (left <= 0) break;
    kept.push(hunk.lines.length > left ? { ...hunk, lines: hunk.lines.slice(0, left) } : hunk);
    left -= hunk.lines.length;
  }
  return kept;
}

function HunkView({ hunk }: { hunk: Hunk }) {
  return (
    <tbody>
      <tr className="bg-muted text-muted-foreground">
        <td colSpan={3} className="px-3 py-0.5 text-caption">
          {hunk.head}
        </td>
      </tr>
      {hunk.lines.map((line, index) => (
        <LineView key={index} line={line} />
      ))}
    </tbody>
  );
}

const looks = {
  added: { row: 'bg-success-surface', sign: '+' },
  removed: { row: 'bg-danger-surface', sign: '−' },
  same: { row: '', sign: ' ' },
  note: { row: 'text-muted-foreground', sign: ' ' },
};

function LineView({ line }: { line: DiffLine }) {
  const { row, sign } = looks[line.kind];
  return (
    <tr className={row}>
      <td aria-hidden className="tabular w-0 px-2 text-right text-foreground/70 select-none">
        {line.before}
      </td>
      <td aria-hidden className="tabular w-0 px-2 text-right text-foreground/70 select-none">
        {line.after}
      </td>
      <td className="pr-3 whitespace-pre">
        <span className="select-none">{sign} </span>
        {line.text}
      </td>
    </tr>
  );
}
