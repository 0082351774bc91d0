/** "Crash me": a second Web+ runs a pipeline in a folder of its own and is killed in the middle; what it promised is then looked at. */
import { CircleCheck, CircleX, Zap } from 'lucide-react';
import { useEffect } from 'react';

import type { Job, SelfTestCheck, SelfTestReport } from '@/api/generated';
import { useCall, useClient, useMutate } from '@/api/query';
import { Badge } from '@/components/badge';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { Progress } from '@/components/progress';
import { SkeletonRows } from '@/components/skeleton';
import { Time } from '@/components/time';
import { classNames } from '@/lib/class-names';
import { formatDuration, formatPlural } from '@/lib/format';

import { failedFirst, shareOf, underWay } from './words';

export function SelfTestSection() {
  const client = useClient();
  const state = useCall('selftest/state', {});
  const { refetch } = state;
  useEffect(
    () =>
      client.onEvent((event) => {
        if (event.type === 'job.changed' && event.job.kind === 'selftest') void refetch();
      }),
    [client, refetch],
  );
  const start = useMutate('selftest/start', { onDone: () => void refetch() });
  const stop = useMutate('job/cancel', { onDone: () => void refetch() });
  const job = state.data?.job;
  const report = state.data?.report;
  const running = job !== undefined && underWay(job);
  return (
    <>
      <p className="text-base text-pretty">
        Web+ promises that a run survives a crash: finished steps are never run again, what must not happen twice
        doesn’t, and the books stay right. This starts a second Web+ in a folder of its own, kills it in the middle of a
        run several times, and looks whether that was so. Nothing of yours is touched. It takes some seconds.
      </p>
      {state.error ? (
        <Failure title="How the self-test stands isn’t known" error={state.error} onRetry={() => void refetch()} />
      ) : state.isPending ? (
        <SkeletonRows label="Looking" />
      ) : (
        <>
          {running ? (
            <Progress
              label={job.title}
              value={shareOf(job)}
              amount={job.state.total > 0 ? `${job.state.completed} of ${job.state.total}` : undefined}
              onStop={() => stop.mutate({ id: job.id })}
            />
          ) : (
            <div>
              <Button variant="primary" icon={Zap} busy={start.isPending} onClick={() => start.mutate({})}>
                {report ? 'Crash me again' : 'Crash me'}
              </Button>
            </div>
          )}
          {start.error && <Failure title="The self-test didn’t begin" error={start.error} />}
          {!running && job?.state.status === 'failed' && <Ended job={job} />}
          {report && <Report report={report} />}
        </>
      )}
    </>
  );
}

function Ended({ job }: { job: Job }) {
  return (
    <Banner tone="danger">
      The self-test couldn’t be done. {job.state.errorMessage ?? 'Look into the log, then try again.'}
    </Banner>
  );
}

function Report({ report }: { report: SelfTestReport }) {
  const failed = report.checks.filter(({ passed }) => !passed).length;
  return (
    <section aria-label="What the last self-test found" className="flex flex-col gap-2">
      <p role="status" className="flex flex-wrap items-center gap-2 text-base font-medium">
        {report.passed ? <Badge tone="success">Every promise was kept</Badge> : null}
        {failed > 0 && (
          <Badge tone="danger">{failed === 1 ? '1 promise was broken' : `${failed} promises were broken`}</Badge>
        )}
        <span className="text-dense font-normal text-muted-foreground">
          Killed {formatPlural(report.kills, 'time')} in {formatDuration(report.finishedAt - report.startedAt)},{' '}
          <Time at={report.finishedAt} />
        </span>
      </p>
      <ul aria-label="Promises" className="flex flex-col divide-y divide-border border-y border-border">
        {failedFirst(report.checks).map((check) => (
          <Check key={check.id} check={check} />
        ))}
      </ul>
    </section>
  );
}

function Check({ check: { title, passed, detail } }: { check: SelfTestCheck }) {
  const Sign = passed ? CircleCheck : CircleX;
  return (
    <li className="flex items-start gap-2.5 py-2.5 text-dense">
      <Sign aria-hidden className={classNames('mt-0.5 size-4 shrink-0', passed ? 'text-success' : 'text-danger')} />
      <div className="min-w-0">
        <p className="font-medium">
          {title}
          <span className="sr-only">: {passed ? 'kept' : 'broken'}</span>
        </p>
        <p className="break-words text-muted-foreground select-text">{detail}</p>
      </div>
    </li>
  );
}
