/** Which run, how it stands, what it took and cost; and what can be done with the whole of it. */
import { Link, useNavigate } from '@tanstack/react-router';
import { Ban, CirclePause, Ellipsis, Play, RotateCcw, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';

import { useMutate } from '@/api/query';
import { AlertDialog } from '@/components/alert-dialog';
import { Badge } from '@/components/badge';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Menu } from '@/components/menu';
import { Time } from '@/components/time';
import { useHost } from '@/host/host';
import { useActions } from '@/lib/actions';
import { useSeconds } from '@/lib/clock';
import { useStore } from '@/lib/store';

import { firstOf } from './rerun/first';
import { usePlace } from './state/place';
import { isFinalRun, originWords, runLook } from './state/words';
import { runFacts } from './step/facts';

export function RunHeader() {
  const { live, definition, rerun } = usePlace();
  const run = useStore(live.run);
  const navigate = useNavigate();
  const host = useHost();
  const name = run?.pipelineName ?? '';
  useEffect(() => host.setTitle(name === '' ? 'Run' : name), [host, name]);
  const final = run !== null && isFinalRun(run.status);
  const now = useSeconds(run !== null && !final);
  const id = run?.id ?? '';
  const cancel = useMutate('run/cancel');
  const pause = useMutate('run/pause');
  const resume = useMutate('run/resume');
  const remove = useMutate('run/delete', {
    onDone: () =>
      void navigate({
        to: '/pipelines/$pipelineId',
        params: { pipelineId: run?.pipelineId ?? '' },
        search: { tab: 'runs' },
      }),
  });
  const [removing, setRemoving] = useState(false);
  const again = () => rerun(firstOf(definition));
  useActions(
    final
      ? [{ id: 'run.again', title: 'Run this again', section: 'Run', icon: RotateCcw, run: again }]
      : [{ id: 'run.cancel', title: 'Cancel this run', section: 'Run', icon: Ban, run: () => cancel.mutate({ id }) }],
  );
  if (!run) return null;
  const { words, tone } = runLook(run);
  const failed = [cancel, pause, resume, remove].find(({ error }) => error !== null);
  return (
    <>
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-border px-4 py-1.5">
        <h1 className="min-w-0 truncate text-heading">
          <Link
            to="/pipelines/$pipelineId"
            params={{ pipelineId: run.pipelineId }}
            className="rounded-small hover:underline"
          >
            {run.pipelineName}
          </Link>
        </h1>
        <Badge tone={tone}>{words}</Badge>
        <span className="tabular text-dense text-muted-foreground">
          {runFacts(run, now).map((fact) => (
            <span key={fact}>{fact} · </span>
          ))}
          <Origin /> <Time at={run.createdAt} />
        </span>
        <span className="ml-auto flex items-center gap-1">
          {run.status === 'paused' ? (
            <Button icon={Play} variant="primary" busy={resume.isPending} onClick={() => resume.mutate({ id })}>
              Go on
            </Button>
          ) : (
            !final && (
              <Button icon={CirclePause} busy={pause.isPending} onClick={() => pause.mutate({ id })}>
                Pause
              </Button>
            )
          )}
          {!final && (
            <Button icon={Ban} busy={cancel.isPending} onClick={() => cancel.mutate({ id })}>
              Cancel run
            </Button>
          )}
          {final && (
            <Button icon={RotateCcw} onClick={again}>
              Run again
            </Button>
          )}
          {final && (
            <Menu
              align="end"
              trigger={<IconButton label="More about this run" icon={Ellipsis} />}
              entries={[{ label: 'Delete this run…', icon: Trash2, danger: true, onSelect: () => setRemoving(true) }]}
            />
          )}
        </span>
      </header>
      {failed?.error && (
        <Banner tone="danger" className="m-3">
          {failed.error.message}
        </Banner>
      )}
      <AlertDialog
        open={removing}
        onClose={() => setRemoving(false)}
        title="Delete this run?"
        description="Its results, its journal and what its steps were given leave this disk. What it cost stays in the books."
        confirm="Delete this run"
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ id })}
      />
    </>
  );
}

function Origin() {
  const { live } = usePlace();
  const run = useStore(live.run);
  if (!run) return null;
  const words = originWords(run.origin);
  if (!('runId' in run.origin)) return words;
  return (
    <Link to="/runs/$runId" params={{ runId: run.origin.runId }} className="rounded-small text-accent hover:underline">
      {words}
    </Link>
  );
}
