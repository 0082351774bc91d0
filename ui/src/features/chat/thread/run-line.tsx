/** Whose words an answer has, where a pipeline wrote it: the run, how it stands, and the way there. */
import { Link } from '@tanstack/react-router';
import { Workflow } from 'lucide-react';

import type { MessageRun, MessageStatus } from '@/api/generated';
import { Button } from '@/components/button';
import { Spinner } from '@/components/spinner';

import { useChat } from '../state/use';

export interface RunLineProps {
  run: MessageRun;
  status: MessageStatus;
  /** Whether it gave anything that stands above. */
  gave: boolean;
  /** Why it gave nothing. */
  error: string | undefined;
}

const ends: Record<Exclude<MessageStatus, 'running'>, string> = {
  succeeded: 'is done',
  failed: 'failed',
  cancelled: 'was cancelled',
  interrupted: 'was interrupted',
};

export function RunLine({ run, status, gave, error }: RunLineProps) {
  const { transcript, attempt } = useChat();
  const running = status === 'running';
  const words = running
    ? 'is running'
    : gave
      ? null
      : status === 'succeeded'
        ? 'is done and gave no text'
        : ends[status];
  return (
    <div className="flex flex-col gap-1 py-1">
      <p className="flex min-h-8 flex-wrap items-center gap-x-2 text-dense text-muted-foreground">
        <span className="flex size-4 shrink-0 items-center justify-center">
          {running ? <Spinner /> : <Workflow aria-hidden className="size-4" />}
        </span>
        <span>
          <span className="text-foreground">{run.name}</span>
          {words !== null && ` ${words}`}
        </span>
        <Link to="/runs/$runId" params={{ runId: run.id }} className="text-accent underline-offset-2 hover:underline">
          Open the run
        </Link>
        {running && (
          <Button
            variant="ghost"
            className="text-accent!"
            onClick={() => attempt('composer', transcript.stopRun(run.id))}
          >
            Stop
          </Button>
        )}
      </p>
      {/* Who cancelled it knows why. */}
      {error !== undefined && status !== 'running' && status !== 'cancelled' && (
        <p className="pl-6 text-dense text-pretty text-danger">{error}</p>
      )}
    </div>
  );
}
