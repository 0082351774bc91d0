/** JSON as a tree: arrow keys walk it, and the place of a value is copied as an expression writes it. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { Check, ChevronRight, Copy } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';

import { useCopy } from '@/blocks/copy';
import { IconButton } from '@/components/icon-button';
import { classNames } from '@/lib/class-names';
import { formatCount } from '@/lib/format';

import { linesOf, mostLines, opensAlone, valueText, type Line } from './json-tree';

const lineHeight = 24;
const mostHeight = 480;

export function JsonView({ value, label = 'Value' }: { value: unknown; label?: string }) {
  const alone = useMemo(() => opensAlone(value), [value]);
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const lines = useMemo(
    () => linesOf(value, (path, depth) => turned.get(path) ?? alone(depth)),
    [value, turned, alone],
  );
  const [at, setAt] = useState(0);
  const current = Math.min(at, lines.length - 1);
  const scroller = useRef<HTMLDivElement>(null);
  const [copied, copy] = useCopy();
  // eslint-disable-next-line react-hooks/incompatible-library -- the tree is the only reader of the virtualizer's methods
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 12,
    initialRect: { width: 0, height: mostHeight },
  });
  const turn = (line: Line, open: boolean) => setTurned(new Map(turned).set(line.path, open));
  const go = (index: number) => {
    const next = Math.max(0, Math.min(lines.length - 1, index));
    setAt(next);
    virtual.scrollToIndex(next);
  };
  const press = (event: KeyboardEvent) => {
    const line = lines[current];
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const parent = lines.slice(0, current).findLastIndex(({ depth }) => depth < line.depth);
    const acts: Record<string, () => void> = {
      ArrowDown: () => go(current + 1),
      ArrowUp: () => go(current - 1),
      Home: () => go(0),
      End: () => go(lines.length - 1),
      ArrowRight: () => (line.open ? go(current + 1) : line.inside !== null && turn(line, true)),
      ArrowLeft: () => (line.open ? turn(line, false) : parent >= 0 && go(parent)),
      Enter: () => line.inside !== null && turn(line, !line.open),
      c: () => copy(line.path.replace(/^\./, '')),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const line = lines[current];
  return (
    <div className="min-w-0 overflow-hidden rounded-control border border-border bg-panel">
      <div
        ref={scroller}
        role="tree"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={line && idOf(label, current)}
        onKeyDown={press}
        style={{ maxHeight: mostHeight }}
        className="group focus-inset overflow-auto py-1 font-mono text-dense"
      >
        <div style={{ height: virtual.getTotalSize() }} className="relative w-max min-w-full">
          {virtual.getVirtualItems().map(({ index, start }) => {
            const shown = lines[index];
            return (
              shown && (
                <LineView
                  key={shown.path}
                  id={idOf(label, index)}
                  line={shown}
                  top={start}
                  current={index === current}
                  onPress={() => {
                    setAt(index);
                    if (shown.inside !== null) turn(shown, !shown.open);
                  }}
                />
              )
            );
          })}
        </div>
      </div>
      <div className="flex h-9 items-center gap-2 border-t border-border pr-0.5 pl-3 text-caption text-muted-foreground">
        <span className="min-w-0 flex-1 truncate font-mono">{line?.path.replace(/^\./, '') || 'all of it'}</span>
        {lines.length >= mostLines && <span>the first {formatCount(mostLines)} lines</span>}
        <IconButton
          label={copied ? 'Copied' : 'Copy this value'}
          icon={copied ? Check : Copy}
          onClick={() =>
            line && copy(typeof line.value === 'string' ? line.value : JSON.stringify(line.value, null, 2))
          }
        />
      </div>
    </div>
  );
}

const idOf = (label: string, index: number): string => `tree-${label.replaceAll(/\W+/g, '-')}-${index}`;

interface LineViewProps {
  id: string;
  line: Line;
  top: number;
  current: boolean;
  onPress: () => void;
}

function LineView({ id, line, top, current, onPress }: LineViewProps) {
  const { name, depth, value, inside, open } = line;
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={inside === null || inside === 0 ? undefined : open}
      aria-selected={current}
      onClick={onPress}
      style={{ transform: `translateY(${top}px)`, height: lineHeight, paddingLeft: 8 + depth * 16 }}
      className={classNames(
        'absolute top-0 left-0 flex min-w-full items-center gap-1 pr-3 whitespace-pre',
        'hover:bg-hover',
        current && 'group-focus:bg-accent-surface',
      )}
    >
      <ChevronRight
        aria-hidden
        className={classNames(
          'size-3.5 shrink-0 text-muted-foreground transition-transform',
          open && 'rotate-90',
          (inside ?? 0) === 0 && 'invisible',
        )}
      />
      {name !== null && <span className="text-muted-foreground">{name}:</span>}
      <span className={inkOf(value)}>{shortened(valueText(value))}</span>
    </div>
  );
}

/** A text of a million characters is one line here; all of it is copied and saved. */
const shortened = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text);

function inkOf(value: unknown): string {
  if (typeof value === 'string') return 'code-string';
  if (typeof value === 'number') return 'code-number';
  if (typeof value === 'boolean' || value === null) return 'code-keyword';
  return 'text-muted-foreground';
}
