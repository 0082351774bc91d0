import type { ReactNode } from 'react';

import { useConnection } from '@/api/query';
import { StatusDot, type Tone } from '@/components/status-dot';

export interface StatusBarProps {
  /** The engine's state. */
  engine?: ReactNode;
  /** Loaded models with their memory. */
  models?: ReactNode;
  /** Today's cost. */
  cost?: ReactNode;
}

/** The line at the bottom: what runs, what it holds, what it cost. The features fill it. */
export function StatusBar({ engine, models, cost }: StatusBarProps) {
  return (
    <footer
      aria-label="Status"
      className="tabular flex h-status shrink-0 items-center gap-4 overflow-hidden border-t border-border bg-panel px-3 text-caption text-muted-foreground"
    >
      <Connection />
      {engine}
      <span className="flex min-w-0 flex-1 items-center gap-4 truncate">{models}</span>
      {cost}
    </footer>
  );
}

function Connection() {
  const connection = useConnection();
  const [tone, words]: [Tone, string] =
    connection.type === 'open'
      ? ['success', 'Connected']
      : connection.type === 'connecting'
        ? ['neutral', 'Connecting']
        : connection.type === 'retrying'
          ? ['warning', 'Web+ doesn’t answer; trying again']
          : ['danger', 'This page has no key'];
  return (
    <span role="status" className="flex shrink-0 items-center gap-1.5 whitespace-nowrap">
      <StatusDot tone={tone} />
      {words}
    </span>
  );
}
