/** Runs that are over: how long they are kept, what they take, and the way to remove what is older than that. */
import { History, Trash2 } from 'lucide-react';
import { useState } from 'react';

import type { RunsKept } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { AlertDialog } from '@/components/alert-dialog';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { formatBytes, formatPlural } from '@/lib/format';

import { KeptPipeline } from './kept-pipeline';
import { removeWords, sumOf } from './words';

export function KeptSection() {
  const kept = useCall('run/kept', {});
  if (kept.error) {
    return <Failure title="What the runs take isn’t known" error={kept.error} onRetry={() => void kept.refetch()} />;
  }
  if (kept.isPending) return <SkeletonRows label="Adding up the runs" />;
  const { pipelines, waits } = kept.data;
  if (pipelines.length === 0) {
    return (
      <EmptyState icon={History} title="No pipeline yet">
        Runs of pipelines are kept when they are over, so that their results can be looked at. Here you say how long.
      </EmptyState>
    );
  }
  return (
    <>
      <Everything all={pipelines} waits={waits} onDone={() => void kept.refetch()} />
      <ul className="flex flex-col gap-3">
        {pipelines.map((pipeline) => (
          <KeptPipeline key={pipeline.pipelineId} kept={pipeline} onSaved={() => void kept.refetch()} />
        ))}
      </ul>
    </>
  );
}

interface EverythingProps {
  all: readonly RunsKept[];
  /** A jump of the clock stopped the removal. */
  waits: boolean;
  onDone: () => void;
}

function Everything({ all, waits, onDone }: EverythingProps) {
  const sum = sumOf(all);
  const [asking, setAsking] = useState(false);
  const tidy = useMutate('run/tidy', {
    onDone: () => {
      setAsking(false);
      onDone();
    },
  });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      {waits && (
        <Banner
          tone="warning"
          className="basis-full"
          action={
            <Button
              busy={tidy.isPending && !asking}
              onClick={() => (sum.expired > 0 ? setAsking(true) : tidy.mutate({}))}
            >
              The clock is right
            </Button>
          }
        >
          This computer’s clock jumped by more than a day, so nothing is removed: what looks old may be new. Look at its
          date, and say so when it is right.
          {tidy.error && !asking && (
            <span role="alert" className="mt-1 block text-danger">
              {tidy.error.message}
            </span>
          )}
        </Banner>
      )}
      <p className="tabular min-w-48 flex-1 text-base text-pretty">
        {sum.runs === 0
          ? 'No run is over yet.'
          : `${formatPlural(sum.runs, 'run')} that ${sum.runs === 1 ? 'is' : 'are'} over ${sum.runs === 1 ? 'takes' : 'take'} ${formatBytes(sum.bytes)}.`}{' '}
        <span className="text-muted-foreground">
          {sum.expired === 0
            ? 'None is older than it is kept. Web+ looks each hour.'
            : `${formatPlural(sum.expired, 'is', 'are')} older than ${sum.expired === 1 ? 'it is' : 'they are'} kept${waits ? '.' : sum.expired === 1 ? ', and goes within the hour.' : ', and go within the hour.'}`}
        </span>
      </p>
      {sum.expired > 0 && !waits && (
        <Button icon={Trash2} onClick={() => setAsking(true)}>
          {removeWords(sum)}
        </Button>
      )}
      <AlertDialog
        open={asking}
        onClose={() => {
          tidy.reset();
          setAsking(false);
        }}
        title={`Remove ${formatPlural(sum.expired, 'old run')} now?`}
        description={
          <>
            Their results, journals and what they were given are gone then. What they cost stays in the books.
            {tidy.error && (
              <span role="alert" className="mt-2 block text-danger">
                {tidy.error.message}
              </span>
            )}
          </>
        }
        confirm={removeWords(sum)}
        busy={tidy.isPending}
        onConfirm={() => tidy.mutate({})}
      />
    </div>
  );
}
