import { Copy, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { Input } from '@/components/input';
import { SkeletonRows } from '@/components/skeleton';
import { formatCount, formatPlural } from '@/lib/format';

const most = 2000;
const logClass =
  'overflow-auto rounded-control border border-border bg-background p-3 font-mono text-caption whitespace-pre-wrap break-words select-text';

/** Where something went wrong: its last words, at once. */
export function LastLines({ lines }: { lines: readonly string[] }) {
  return (
    <Disclosure title="Its last lines" note={formatPlural(lines.length, 'line')} defaultOpen>
      <pre tabIndex={0} aria-label="Ollama’s last lines" className={`max-h-56 ${logClass}`}>
        {lines.join('\n')}
      </pre>
    </Disclosure>
  );
}

/** The end of Ollama's log, followed while it is open; what is looked for leaves only the lines that hold it. */
export function LogDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Ollama’s log" width="large">
      {open && <Lines />}
    </Dialog>
  );
}

function Lines() {
  const log = useCall('ollama/log', { lines: most }, { refetchEvery: 2000, keepPrevious: true });
  const [text, setText] = useState('');
  const [copied, setCopied] = useState(false);
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  const lines = log.data?.lines ?? [];
  const shown = linesWith(lines, text);
  const last = shown.at(-1);
  useEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, shown.length]);
  if (log.isPending) return <SkeletonRows label="Reading the log" rows={6} />;
  if (log.error && !log.data) {
    return <Failure title="The log can’t be read" error={log.error} onRetry={() => void log.refetch()} />;
  }
  const copy = () => {
    void navigator.clipboard.writeText(shown.join('\n')).then(() => setCopied(true));
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <div className="min-w-40 flex-1">
          <Input
            icon={Search}
            type="search"
            aria-label="Find in the log"
            placeholder="Find in the log"
            value={text}
            onChange={(next) => {
              setText(next);
              setCopied(false);
            }}
          />
        </div>
        <span role="status" className="tabular text-caption whitespace-nowrap text-muted-foreground">
          {text.trim() === ''
            ? formatPlural(lines.length, 'line')
            : `${formatCount(shown.length)} of ${formatPlural(lines.length, 'line')}`}
        </span>
        <Button icon={Copy} disabled={shown.length === 0} onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      <pre
        ref={box}
        tabIndex={0}
        aria-label="The log, newest last"
        className={`h-[50vh] ${logClass}`}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < 40;
        }}
      >
        {shown.length === 0
          ? text.trim() === ''
            ? 'Nothing has been written yet.'
            : 'No line holds that.'
          : shown.map((line, index) => <Line key={index} line={line} text={text.trim()} />)}
      </pre>
      {log.data && (
        <p className="font-mono text-caption break-all text-muted-foreground select-text">{log.data.path}</p>
      )}
    </div>
  );
}

export function linesWith(lines: readonly string[], text: string): readonly string[] {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? lines : lines.filter((line) => line.toLowerCase().includes(wanted));
}

function Line({ line, text }: { line: string; text: string }) {
  const at = text === '' ? -1 : line.toLowerCase().indexOf(text.toLowerCase());
  if (at === -1) return `${line}\n`;
  return (
    <>
      {line.slice(0, at)}
      <mark className="rounded-small bg-warning-surface text-foreground">{line.slice(at, at + text.length)}</mark>
      {`${line.slice(at + text.length)}\n`}
    </>
  );
}
