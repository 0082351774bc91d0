/** Whose words an answer has, where a pipeline wrote it: the run, how it stands, and the way there. */
import { Link } from '@tanstack/react-router';
import { Workflow } from 'lucide-react';

import type { MessageRun, MessageStatus, RunStatus, WaitReason } from '@/api/generated';
import { useCall } from '@/api/query';
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

/** What a run that isn't over does; `waits` says for what. */
const under: Record<Exclude<RunStatus, 'waiting' | 'succeeded' | 'failed' | 'cancelled'>, string> = {
  queued: 'waits for its turn',
  running: 'is running',
  paused: 'is paused',
};
const waits: Record<WaitReason, string> = {
  timer: 'waits for its time',
  human: 'waits for your answer',
  decision: 'needs a decision from you',
  run: 'waits for another run',
};

export function RunLine({ run, status, gave, error }: RunLineProps) {
  const { transcript, attempt } = useChat();
  const running = status === 'running';
  const view = useCall('run/get', { id: run.id }, { enabled: running });
  const now = running ? view.data?.run : undefined;
  const asks = now?.status === 'paused' || now?.waitReason === 'human' || now?.waitReason === 'decision';
  const words = running
    ? now?.status === 'waiting'
      ? waits[now.waitReason ?? 'timer']
      : // Over it is here a moment before its answer is.
        (under[(now?.status ?? 'running') as keyof typeof under] ?? under.running)
    : gave
      ? null
      : status === 'succeeded'
        ? 'is done and gave no text'
        : ends[status];
  return (
    <div className="flex flex-col gap-1 py-1">
      <p className="flex min-h-8 flex-wrap items-center gap-x-2 text-dense text-muted-foreground">
        <span className="flex size-4 shrink-0 items-center justify-center">
          {running && !asks ? <Spinner /> : <Workflow aria-hidden className="size-4" />}
        </span>
        <span>
          <span className="text-foreground">{run.name}</span>
          {words !== null && <span className={asks ? 'text-warning' : undefined}> {words}</span>}
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
