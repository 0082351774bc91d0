/** A run in a list: how it stands, what began it, what it took and cost. */
import { Link } from '@tanstack/react-router';
import { memo } from 'react';

import type { Run } from '@/api/generated';
import { StatusDot } from '@/components/status-dot';
import { Time } from '@/components/time';
import { useSeconds } from '@/lib/clock';

import { originWords, runLook } from '../state/words';
import { runFacts } from '../step/facts';

export const RunRow = memo(function RunRow({ run, named }: { run: Run; named: boolean }) {
  const { words, tone } = runLook(run);
  return (
    <li>
      <Link
        to="/runs/$runId"
        params={{ runId: run.id }}
        className="focus-inset grid min-h-row grid-cols-[8px_minmax(0,1fr)_auto] items-center gap-x-3 rounded-control px-2.5 py-1.5 hover:bg-hover"
      >
        <StatusDot tone={tone} />
        <span className="min-w-0">
          <span className="flex min-w-0 items-baseline gap-x-2">
            <span className="truncate text-dense font-medium">{named ? run.pipelineName : words}</span>
            {named && <span className="shrink-0 text-caption text-muted-foreground">{words}</span>}
            {!named && <span className="truncate text-caption text-muted-foreground">{originWords(run.origin)}</span>}
          </span>
          {run.status === 'failed' && run.errorMessage !== undefined && (
            <span className="block truncate text-caption text-danger">{run.errorMessage}</span>
          )}
        </span>
        <span className="tabular flex items-baseline gap-x-3 text-caption text-muted-foreground">
          <span className="@max-md:sr-only">
            <Facts run={run} />
          </span>
          <Time at={run.createdAt} className="w-20 text-right" />
        </span>
      </Link>
    </li>
  );
});

function Facts({ run }: { run: Run }) {
  const now = useSeconds(run.status === 'running');
  return runFacts(run, now).join(' · ');
}
