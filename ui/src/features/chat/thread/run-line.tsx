/** Whose words an answer has, where a pipeline wrote it: the run, how it stands, and the way there. */
import { Link } from '@tanstack/react-router';
import { Workflow } from 'lucide-react';

import type { MessageRun } from '@/api/generated';
import { Button } from '@/components/button';
import { Spinner } from '@/components/spinner';

import { useChat } from '../state/use';

export interface RunLineProps {
  run: MessageRun;
  running: boolean;
  /** Why it gave nothing. */
  error: string | undefined;
}

export function RunLine({ run, running, error }: RunLineProps) {
  const { transcript, attempt } = useChat();
  return (
    <div className="flex flex-col gap-1 py-1">
      <p className="flex min-h-8 flex-wrap items-center gap-x-2 text-dense text-muted-foreground">
        {running ? <Spinner /> : <Workflow aria-hidden className="size-4" />}
        <span className="text-foreground">{run.name}</span>
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
      {!running && error !== undefined && <p className="text-dense text-danger">{error}</p>}
    </div>
  );
}
