/** The folder of models goes to another place. The window asks for it with the system's dialog; a browser can't, and says how else. */
import { FolderInput } from 'lucide-react';
import { useState } from 'react';

import { toApiError } from '@/api/error';
import type { Job } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Progress } from '@/components/progress';
import { useHost, type PickedFolder } from '@/host/host';
import { formatBytes } from '@/lib/format';

/** "embedded" or "ollama". */
export type Mover = 'embedded' | 'ollama';

/** `pathShown`: where the models are stands above already. */
export function MoveFolder({ provider, pathShown = false }: { provider: Mover; pathShown?: boolean }) {
  const host = useHost();
  const space = useCall('model/space', {});
  const jobs = useCall('job/list', {});
  const [picked, setPicked] = useState<PickedFolder | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const move = useMutate('model/move-folder', { onDone: () => setPicked(null) });
  const folder = space.data?.folders.find((known) => known.provider === provider);
  const job = jobs.data?.find((known) => isMoveOf(known, provider));
  if (job !== undefined) return <Moving job={job} />;
  if (folder === undefined) return null;
  const pick = () => {
    setRefused(null);
    move.reset();
    host
      .pickFolder()
      .then(setPicked)
      .catch((thrown: unknown) => setRefused(toApiError(thrown).message));
  };
  const size = folder.models + folder.unreferenced + folder.partials;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      {!pathShown && (
        <p className="min-w-48 flex-1 text-dense">
          <span className="block text-muted-foreground">Models folder</span>
          <span className="font-mono text-caption break-all select-text">{folder.path}</span>
        </p>
      )}
      {host.kind === 'desktop' ? (
        <Button icon={FolderInput} onClick={pick}>
          Move models
        </Button>
      ) : (
        <p className="w-full text-caption text-muted-foreground">
          To move the models, run{' '}
          <code className="font-mono select-text">
            webplus models move-folder {provider === 'ollama' ? '--of ollama ' : ''}PATH
          </code>{' '}
          on the computer that Web+ runs on.
        </p>
      )}
      {refused !== null && (
        <p role="alert" className="w-full text-caption text-danger">
          {refused}
        </p>
      )}
      <Dialog
        open={picked !== null}
        onClose={() => setPicked(null)}
        title={`Move all models to ${picked?.name ?? ''}?`}
        description={`${formatBytes(size)} are copied, compared and then removed from the old place. ${
          provider === 'ollama'
            ? 'Ollama is restarted for it.'
            : 'Nothing can be added or loaded at the moment of the change.'
        } You can pause it, and go on after a restart.`}
        footer={
          <>
            <Button onClick={() => setPicked(null)}>Cancel</Button>
            <Button
              variant="primary"
              busy={move.isPending}
              onClick={() => picked && move.mutate({ provider, handle: picked.handle })}
            >
              Move models
            </Button>
          </>
        }
      >
        {move.error && (
          <p role="alert" className="text-dense text-danger">
            {move.error.message}
          </p>
        )}
      </Dialog>
    </div>
  );
}

const isMoveOf = ({ kind, payload, state }: Job, provider: Mover): boolean =>
  kind === 'model.move-folder' &&
  (payload as { provider?: unknown } | null)?.provider === provider &&
  state.status !== 'succeeded' &&
  state.status !== 'cancelled';

function Moving({ job }: { job: Job }) {
  const pause = useMutate('job/pause');
  const resume = useMutate('job/resume');
  const cancel = useMutate('job/cancel');
  const { status, completed, total, errorMessage } = job.state;
  const runs = status === 'running' || status === 'queued';
  return (
    <div className="flex flex-col gap-2">
      <Progress
        label={runs ? `Moving models to ${job.title}` : `The move to ${job.title} isn’t finished`}
        value={total === 0 ? (runs ? null : 0) : completed / total}
        completedBytes={completed}
        {...(total === 0 ? {} : { totalBytes: total })}
      />
      {errorMessage !== undefined && (
        <p role="alert" className="text-caption text-danger">
          {errorMessage}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {runs ? (
          <Button busy={pause.isPending} onClick={() => pause.mutate({ id: job.id })}>
            Pause
          </Button>
        ) : (
          <Button variant="primary" busy={resume.isPending} onClick={() => resume.mutate({ id: job.id })}>
            Go on
          </Button>
        )}
        <Button variant="ghost" busy={cancel.isPending} onClick={() => cancel.mutate({ id: job.id })}>
          Cancel the move
        </Button>
      </div>
    </div>
  );
}
