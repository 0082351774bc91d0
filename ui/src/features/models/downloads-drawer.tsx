/** The queue: what goes on, what comes next, what rests, what failed. Jobs are kept by Web+, so it is the same after a reload. */
import { ArrowDownToLine, CircleCheck } from 'lucide-react';

import { useCall } from '@/api/query';
import { Drawer } from '@/components/drawer';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { Time } from '@/components/time';
import { formatBytes } from '@/lib/format';

import { isWork } from './facts';
import { DownloadRow } from './incoming';
import { workGroups, workWords } from './works';

export default function DownloadsDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Drawer open={open} onClose={onClose} title="Downloads">
      {open && <Queue />}
    </Drawer>
  );
}

function Queue() {
  const jobs = useCall('job/list', {});
  if (jobs.isPending) return <SkeletonRows label="Loading the downloads" rows={4} />;
  if (jobs.error) {
    return (
      <div className="p-4">
        <Failure title="The downloads didn’t load" error={jobs.error} onRetry={() => void jobs.refetch()} />
      </div>
    );
  }
  const groups = workGroups(jobs.data.filter(isWork));
  if (groups.length === 0) {
    return (
      <EmptyState icon={ArrowDownToLine} title="Nothing is on its way">
        Models that you get stand here while they come, one after the other. They go on while you do something else.
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-4 p-4">
      {groups.map(({ title, jobs: shown }) => (
        <section key={title} aria-label={title}>
          <h3 className="text-caption font-medium text-muted-foreground">{title}</h3>
          <ul className="flex flex-col divide-y divide-border">
            {shown.map((job) => (
              <li key={job.id}>
                {job.state.status === 'succeeded' ? (
                  <p className="flex min-h-9 items-center gap-2 text-dense">
                    <CircleCheck aria-hidden className="size-4 shrink-0 text-success" />
                    <span className="min-w-0 flex-1 truncate">{workWords(job).done}</span>
                    <span className="tabular shrink-0 text-caption text-muted-foreground">
                      {workWords(job).isDownload && job.state.total > 0 && `${formatBytes(job.state.total)} · `}
                      <Time at={job.updatedAt} />
                    </span>
                  </p>
                ) : (
                  <DownloadRow job={job} />
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
