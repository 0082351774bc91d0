/** What is on its way onto this computer: downloads and files being added, each with how far, how fast, how long still. */
import { CircleAlert, Pause, Play, X } from 'lucide-react';
import type { ReactNode } from 'react';

import type { Job } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Progress } from '@/components/progress';
import { formatBytes } from '@/lib/format';

import { openDownloads } from './facts';
import { dismissImport, useAddFiles, useImports, type ModelImport } from './imports';

/** `filesOnly`: the downloads stand elsewhere on the screen. */
export function Incoming({ filesOnly = false }: { filesOnly?: boolean }) {
  const jobs = useCall('job/list', {});
  const imports = useImports();
  const downloads = filesOnly ? [] : openDownloads(jobs.data ?? []);
  if (downloads.length === 0 && imports.length === 0) return null;
  return (
    <section
      aria-label="On the way"
      className="flex flex-col divide-y divide-border border-b border-border bg-panel px-4"
    >
      {downloads.map((job) => (
        <DownloadRow key={job.id} job={job} />
      ))}
      {imports.map((entry) => (
        <ImportRow key={entry.id} entry={entry} />
      ))}
    </section>
  );
}

export function DownloadRow({ job }: { job: Job }) {
  const pause = useMutate('job/pause');
  const resume = useMutate('job/resume');
  const cancel = useMutate('job/cancel');
  const { status, completed, total, speed, errorMessage } = job.state;
  const running = status === 'running' || status === 'queued';
  const refused = pause.error ?? resume.error ?? cancel.error;
  const again = () => resume.mutate({ id: job.id });
  const call = () => cancel.mutate({ id: job.id });

  if (status === 'failed') {
    return (
      <Problem
        title={`${job.title} wasn’t downloaded`}
        message={errorMessage ?? 'It stopped without a reason. Try again.'}
      >
        <Button onClick={again} busy={resume.isPending}>
          Try again
        </Button>
        <IconButton label={`Discard ${job.title}`} icon={X} onClick={call} busy={cancel.isPending} />
      </Problem>
    );
  }
  return (
    <div className="flex flex-col gap-1 py-2.5">
      <div className="flex items-center gap-1">
        <Progress
          label={running ? `Downloading ${job.title}` : `${job.title}, paused`}
          value={total === 0 ? (running ? null : 0) : completed / total}
          completedBytes={completed}
          totalBytes={total === 0 ? undefined : total}
          bytesPerSecond={running ? speed : undefined}
          timeLeft={
            running && speed !== undefined && speed > 0 && total > 0 ? ((total - completed) / speed) * 1000 : undefined
          }
        />
        {running ? (
          <IconButton
            label={`Pause ${job.title}`}
            icon={Pause}
            onClick={() => pause.mutate({ id: job.id })}
            busy={pause.isPending}
          />
        ) : (
          <IconButton label={`Resume ${job.title}`} icon={Play} onClick={again} busy={resume.isPending} />
        )}
        <IconButton label={`Cancel ${job.title}`} icon={X} onClick={call} busy={cancel.isPending} />
      </div>
      {refused && (
        <p role="alert" className="text-caption text-danger">
          {refused.message}
        </p>
      )}
    </div>
  );
}

function ImportRow({ entry }: { entry: ModelImport }) {
  const add = useAddFiles();
  if (entry.step === 'failed') {
    // A handle works once, so that file has to be chosen anew.
    const { file } = entry;
    const again = () => {
      dismissImport(entry.id);
      add([file]);
    };
    return (
      <Problem
        title={`${entry.name} wasn’t added`}
        message={entry.error?.message ?? 'It was refused without a reason.'}
      >
        {file.type === 'file' && <Button onClick={again}>Try again</Button>}
        <IconButton label={`Dismiss ${entry.name}`} icon={X} onClick={() => dismissImport(entry.id)} />
      </Problem>
    );
  }
  const sending = entry.step === 'sending';
  return (
    <div className="py-2.5">
      <Progress
        label={sending ? `Adding ${entry.name}` : `Checking ${entry.name}`}
        value={sending ? entry.fraction : null}
        amount={
          sending
            ? `${formatBytes(entry.fraction * entry.size)} of ${formatBytes(entry.size)}`
            : formatBytes(entry.size)
        }
        onStop={sending ? entry.stop : undefined}
        stopLabel={`Stop adding ${entry.name}`}
      />
    </div>
  );
}

function Problem({ title, message, children }: { title: string; message: string; children: ReactNode }) {
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <CircleAlert aria-hidden className="size-4 shrink-0 text-danger" />
      <p className="min-w-48 flex-1 text-dense">
        <span className="font-medium">{title}.</span> <span className="text-muted-foreground">{message}</span>
      </p>
      <div className="flex items-center gap-1">{children}</div>
    </div>
  );
}
