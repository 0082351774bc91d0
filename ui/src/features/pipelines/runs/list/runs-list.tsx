/** Runs, the newest first: of one pipeline or of all of them; live, by state, page by page. */
import { History } from 'lucide-react';
import { useState } from 'react';

import type { RunStatus } from '@/api/generated';
import { useCall, useCallPages } from '@/api/query';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { ScrollArea } from '@/components/scroll-area';
import { Select } from '@/components/select';
import { SkeletonRows } from '@/components/skeleton';

import { RunRow } from './run-row';

const states: readonly { value: RunStatus | 'all'; label: string }[] = [
  { value: 'all', label: 'All runs' },
  { value: 'running', label: 'Running' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'paused', label: 'Paused' },
  { value: 'queued', label: 'Queued' },
  { value: 'failed', label: 'Failed' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'cancelled', label: 'Cancelled' },
];

export function RunsList({ pipelineId }: { pipelineId?: string }) {
  const [status, setStatus] = useState<RunStatus | 'all'>('all');
  const [pipeline, setPipeline] = useState('all');
  const only = pipelineId ?? (pipeline === 'all' ? undefined : pipeline);
  const runs = useCallPages('run/list', {
    ...(only === undefined ? {} : { pipelineId: only }),
    ...(status === 'all' ? {} : { status }),
    limit: 50,
  });
  const filtered = status !== 'all' || (pipelineId === undefined && pipeline !== 'all');
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap gap-2 border-b border-border px-4 py-2">
        <Select aria-label="State" options={states} value={status} onChange={setStatus} />
        {pipelineId === undefined && <PipelineFilter value={pipeline} onChange={setPipeline} />}
      </div>
      <ScrollArea className="@container flex-1">
        {runs.error && runs.items.length === 0 ? (
          <div className="p-4">
            <Failure title="The runs didn’t load" error={runs.error} onRetry={() => void runs.refetch()} />
          </div>
        ) : runs.isPending ? (
          <SkeletonRows label="Loading the runs" rows={6} />
        ) : runs.items.length === 0 ? (
          filtered ? (
            <p role="status" className="p-6 text-center text-dense text-muted-foreground">
              No run is like that.{' '}
              <Button
                variant="ghost"
                className="text-accent!"
                onClick={() => {
                  setStatus('all');
                  setPipeline('all');
                }}
              >
                Show all
              </Button>
            </p>
          ) : (
            <EmptyState icon={History} title="No runs yet">
              Each time a pipeline runs, its steps, their results and what they cost are kept here. Run one with its
              button “Run”.
            </EmptyState>
          )
        ) : (
          <>
            <ul aria-label="Runs" className="p-2">
              {runs.items.map((run) => (
                <RunRow key={run.id} run={run} named={pipelineId === undefined} />
              ))}
            </ul>
            {runs.hasNextPage && (
              <p className="px-4 pb-4">
                <Button busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
                  Show older runs
                </Button>
              </p>
            )}
          </>
        )}
      </ScrollArea>
    </div>
  );
}

function PipelineFilter({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const pipelines = useCall('pipeline/list', {});
  return (
    <Select
      aria-label="Pipeline"
      value={value}
      onChange={onChange}
      options={[
        { value: 'all', label: 'All pipelines' },
        ...(pipelines.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}
