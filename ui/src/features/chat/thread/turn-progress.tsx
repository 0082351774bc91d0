/** What an answer waits for, as it is: how far, since when, and a way to stop what may take long. */
import type { ReactNode } from 'react';

import { Button } from '@/components/button';
import { Spinner } from '@/components/spinner';
import { useSeconds } from '@/lib/clock';
import { formatCount, formatDuration, formatPercent } from '@/lib/format';

import { shortModelName } from '../model-name';
import type { Shown } from '../state/live-message';
import { useChat } from '../state/use';

export function TurnProgressView({ shown }: { shown: Shown }) {
  const { view } = shown;
  const now = useSeconds(true);
  const { progress } = view;
  const begun = view.text !== '' || view.reasoning !== '';
  if (begun && (progress === undefined || progress.type === 'waiting' || progress.type === 'notice')) return null;
  const model = shortModelName(view.model);
  const seconds = Math.max(0, Math.floor((now - shown.since) / 1000));
  const age = seconds > 0 ? formatDuration(seconds * 1000) : null;
  switch (progress?.type) {
    case 'loading':
      return (
        <Line fraction={progress.progress} facts={[formatPercent(progress.progress), age]}>
          Loading {model} into memory
        </Line>
      );
    case 'prefill':
      return (
        <Line
          fraction={progress.total > 0 ? progress.done / progress.total : null}
          facts={[`${formatCount(progress.done)} of ${formatCount(progress.total)} tokens`, age]}
        >
          Reading the conversation
        </Line>
      );
    case 'retrying': {
      const left = Math.max(0, Math.ceil(((shown.retryAt ?? now) - now) / 1000));
      return (
        <Line facts={[`attempt ${progress.attempt}`]} stoppable note={progress.reason}>
          {left > 0 ? `Trying again in ${formatDuration(left * 1000)}` : 'Trying again'}
        </Line>
      );
    }
    default:
      return <Line facts={[age]}>Waiting for {model}</Line>;
  }
}

interface LineProps {
  children: ReactNode;
  facts: readonly (string | null)[];
  /** 0 to 1. */
  fraction?: number | null;
  note?: string;
  stoppable?: boolean;
}

function Line({ children, facts, fraction, note, stoppable = false }: LineProps) {
  const { transcript, attempt } = useChat();
  return (
    <div className="flex flex-col gap-1.5 py-1">
      <p className="tabular flex min-h-8 flex-wrap items-center gap-x-2 text-dense text-muted-foreground">
        <Spinner />
        <span className="text-foreground">{children}</span>
        {facts.filter(Boolean).map((fact) => (
          <span key={fact}>· {fact}</span>
        ))}
        {stoppable && (
          <Button variant="ghost" onClick={() => attempt('composer', transcript.stop())} className="text-accent!">
            Stop trying
          </Button>
        )}
      </p>
      {note !== undefined && <p className="text-dense text-muted-foreground">{note}</p>}
      {fraction !== undefined && fraction !== null && (
        <span className="block h-1 max-w-80 overflow-hidden rounded-pill bg-muted">
          <span
            className="block h-full origin-left rounded-pill bg-primary"
            style={{ transform: `scaleX(${Math.min(1, Math.max(0, fraction))})` }}
          />
        </span>
      )}
    </div>
  );
}
