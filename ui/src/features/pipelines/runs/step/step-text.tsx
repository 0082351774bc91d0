/** What a step writes while it writes it; followed at its end until somebody scrolls up. */
import { useLayoutEffect, useRef } from 'react';

import { formatCount } from '@/lib/format';

import type { LiveRun } from '../state/live-run';
import { useText } from '../state/live-runs';

const nearEnd = 24;

export function StepText({ live, stepKey, part }: { live: LiveRun; stepKey: string; part: 'text' | 'log' }) {
  const streamed = useText(live, stepKey);
  const text = streamed?.[part] ?? '';
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    if (box.current && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  if (text === '') return null;
  return (
    <div>
      {part === 'text' && (streamed?.cut ?? 0) > 0 && (
        <p className="mb-1 text-caption text-muted-foreground">
          The first {formatCount(streamed?.cut ?? 0)} characters aren’t shown while it writes.
        </p>
      )}
      <pre
        ref={box}
        tabIndex={0}
        role="region"
        aria-label={part === 'text' ? 'What it writes' : 'Log'}
        onScroll={({ currentTarget: at }) => {
          follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < nearEnd;
        }}
        className={`focus-inset max-h-72 overflow-auto rounded-control border border-border bg-panel px-3 py-2 break-words whitespace-pre-wrap ${part === 'log' ? 'font-mono text-caption' : 'font-sans text-base'}`}
      >
        {text}
      </pre>
    </div>
  );
}
