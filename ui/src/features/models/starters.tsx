import { ChevronDown, Download } from 'lucide-react';
import { useState } from 'react';

import type { Job, Starter } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';

import { openDownloads } from './facts';
import { DownloadRow } from './incoming';

/**
 * Models to begin with: the one that suits this computer first, each with its size, licence and what it is good for. With
 * `first` only so many until the person asks for the rest; one that is on its way is always shown.
 */
export function Starters({ first }: { first?: number }) {
  const [all, setAll] = useState(false);
  const starters = useCall('model/starters', {});
  const jobs = useCall('job/list', {});
  if (starters.isPending) return <SkeletonRows label="Loading the list of models to begin with" rows={3} />;
  if (starters.error) {
    return (
      <Failure
        title="The list of models to begin with didn’t load"
        error={starters.error}
        onRetry={() => void starters.refetch()}
      />
    );
  }
  const downloads = openDownloads(jobs.data ?? []);
  const rows = starters.data.map((starter) => ({ starter, job: downloads.find((job) => isOf(job, starter)) }));
  const shown = rows.filter(({ job }, index) => all || first === undefined || index < first || job !== undefined);
  return (
    <>
      <ul className="flex flex-col divide-y divide-border">
        {shown.map(({ starter, job }) => (
          <Row key={`${starter.repository}/${starter.file}`} starter={starter} job={job} />
        ))}
      </ul>
      {shown.length < rows.length && (
        <Button variant="ghost" icon={ChevronDown} className="-mt-2 self-start" onClick={() => setAll(true)}>
          Show {rows.length - shown.length} more
        </Button>
      )}
    </>
  );
}

function isOf(job: Job, { repository, file }: Starter): boolean {
  const { source } = (job.payload ?? {}) as { source?: { repository?: unknown; file?: unknown } };
  return source?.repository === repository && source.file === file;
}

function Row({ starter, job }: { starter: Starter; job: Job | undefined }) {
  const download = useMutate('model/download');
  const { name, proposed, about, size, licence, parameters, repository, file } = starter;
  if (job) {
    return (
      <li>
        <DownloadRow job={job} />
      </li>
    );
  }
  return (
    <li className="py-2.5">
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="text-base font-medium">{name}</span>
            {proposed && <Badge tone="accent">Suits this computer</Badge>}
          </p>
          <p className="text-dense text-muted-foreground">{about}</p>
          <p className="tabular text-caption text-muted-foreground">{[parameters, size, licence].join(' · ')}</p>
        </div>
        <Button
          variant={proposed ? 'primary' : 'secondary'}
          icon={Download}
          aria-label={`Download ${name}`}
          busy={download.isPending}
          onClick={() => download.mutate({ repository, file })}
        >
          Download
        </Button>
      </div>
      {download.error && (
        <p role="alert" className="mt-1 text-caption text-danger">
          {download.error.message}
        </p>
      )}
    </li>
  );
}
