/** What is on its way onto this computer: downloads and files being added, each with how far, how fast, how long still. */
import { CircleAlert, Pause, Play, X } from 'lucide-react';
import type { ReactNode } from 'react';

import type { Job } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Progress } from '@/components/progress';
import { formatBytes } from '@/lib/format';

import { openWorks } from './facts';
import { dismissImport, useBringFiles, useImports, type ModelImport } from './imports';
import { workWords } from './works';

const most = 2;

/** `filesOnly`: the downloads stand elsewhere on the screen. With `onAll` only the first stand here, and the way to the others. */
export function Incoming({ filesOnly = false, onAll }: { filesOnly?: boolean; onAll?: () => void }) {
  const jobs = useCall('job/list', {});
  const imports = useImports();
  const open = filesOnly ? [] : openWorks(jobs.data ?? []);
  // A long queue must not push the models out of sight.
  const shown = onAll && open.length > most ? open.slice(0, most) : open;
  if (open.length === 0 && imports.length === 0) return null;
  return (
    <section
      aria-label="On the way"
      className="flex flex-col divide-y divide-border border-b border-border bg-panel px-4"
    >
      {shown.map((job) => (
        <DownloadRow key={job.id} job={job} />
      ))}
      {shown.length < open.length && (
        <div className="py-1">
          <Button variant="ghost" className="-ml-2.5" onClick={onAll}>
            Show all {open.length}
          </Button>
        </div>
      )}
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
  const words = workWords(job);
  const refused = pause.error ?? resume.error ?? cancel.error;
  const again = () => resume.mutate({ id: job.id });
  const call = () => cancel.mutate({ id: job.id });

  if (status === 'failed') {
    return (
      <Problem title={words.failed} message={errorMessage ?? 'It stopped without a reason. Try again.'}>
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
          label={status === 'queued' ? `${job.title}, in the queue` : running ? words.running : words.waiting}
          value={total === 0 ? (status === 'running' ? null : 0) : completed / total}
          {...(words.isDownload
            ? { completedBytes: completed, ...(total === 0 ? {} : { totalBytes: total }) }
            : { amount: '' })}
          bytesPerSecond={running && words.isDownload ? speed : undefined}
          timeLeft={
            running && speed !== undefined && speed > 0 && total > 0 ? ((total - completed) / speed) * 1000 : undefined
          }
        />
        {!words.isDownload ? null : running ? (
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
      {status === 'waiting' && errorMessage !== undefined && (
        <p className="text-caption text-muted-foreground">{errorMessage}</p>
      )}
      {refused && (
        <p role="alert" className="text-caption text-danger">
          {refused.message}
        </p>
      )}
    </div>
  );
}

function ImportRow({ entry }: { entry: ModelImport }) {
  const bring = useBringFiles();
  if (entry.step === 'failed') {
    // A handle works once, so that file has to be chosen anew.
    const { file, target } = entry;
    const again = () => {
      dismissImport(entry.id);
      bring([file], target);
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
