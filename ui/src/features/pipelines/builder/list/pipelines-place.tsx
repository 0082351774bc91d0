/** All pipelines: found, begun, taken in. */
import { Link, useNavigate } from '@tanstack/react-router';
import { FileUp, Plus, Search, Workflow } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import { useCall, useMutate } from '@/api/query';
import type { PipelineSummary, PipelineTemplate } from '@/api/generated';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { Header } from '@/components/header';
import { Input } from '@/components/input';
import { Menu } from '@/components/menu';
import { ScrollArea } from '@/components/scroll-area';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot, type Tone } from '@/components/status-dot';
import { Time } from '@/components/time';
import { useHost } from '@/host/host';
import { useActions } from '@/lib/actions';
import { formatCount, formatPlural } from '@/lib/format';

import { ImportDialog } from './import-dialog';

const noTemplates: readonly PipelineTemplate[] = [];

export function PipelinesPlace() {
  const host = useHost();
  const navigate = useNavigate();
  const list = useCall('pipeline/list', {});
  const templates = useCall('pipeline/templates', {});
  const [text, setText] = useState('');
  const [importing, setImporting] = useState(false);
  const find = useRef<HTMLInputElement>(null);
  const all = list.data ?? [];
  useEffect(() => host.setTitle('Pipelines'), [host]);
  const open = (pipelineId: string) => void navigate({ to: '/pipelines/$pipelineId', params: { pipelineId } });
  const create = useMutate('pipeline/create', { onDone: ({ id }) => open(id) });
  const begin = (template?: string) => create.mutate(template === undefined ? {} : { template });
  useActions([
    { id: 'pipelines.new', title: 'New pipeline', section: 'Pipelines', icon: Plus, run: () => begin() },
    {
      id: 'pipelines.import',
      title: 'Import a pipeline',
      section: 'Pipelines',
      icon: FileUp,
      run: () => setImporting(true),
    },
    ...(all.length > 0
      ? [
          {
            id: 'pipelines.find',
            title: 'Find a pipeline',
            section: 'Pipelines',
            shortcut: 'Mod+F',
            icon: Search,
            run: () => find.current?.focus(),
          },
        ]
      : []),
  ]);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = all.filter(({ name, id, description }) => {
    const own = `${name} ${id} ${description}`.toLowerCase();
    return words.every((word) => own.includes(word));
  });
  const offered = templates.data ?? noTemplates;
  return (
    <div className="flex h-full flex-col">
      <Header title="Pipelines" note={list.data && all.length > 0 && formatCount(all.length)}>
        <Button icon={FileUp} variant="ghost" onClick={() => setImporting(true)}>
          <span className="max-sm:sr-only">Import</span>
        </Button>
        {all.length > 0 && (
          <Menu
            align="end"
            trigger={
              <Button icon={Plus} variant="primary" busy={create.isPending}>
                New pipeline
              </Button>
            }
            entries={[
              { label: 'Empty', onSelect: () => begin() },
              ...(offered.length > 0 ? (['separator'] as const) : []),
              ...offered.map(({ id, title }) => ({ label: title, onSelect: () => begin(id) })),
            ]}
          />
        )}
      </Header>
      <ScrollArea className="@container flex-1">
        {(list.error ?? create.error) && (
          <div className="p-4">
            {list.error && (
              <Failure title="The pipelines didn’t load" error={list.error} onRetry={() => void list.refetch()} />
            )}
            {create.error && <Failure title="The pipeline wasn’t made" error={create.error} />}
          </div>
        )}
        {list.isPending ? (
          <SkeletonRows label="Loading the pipelines" rows={6} />
        ) : all.length === 0 && !list.error ? (
          <NoPipelines templates={offered} busy={create.isPending} onBegin={begin} />
        ) : (
          all.length > 0 && (
            <>
              <div className="max-w-80 p-3">
                <Input
                  ref={find}
                  icon={Search}
                  aria-label="Find a pipeline"
                  placeholder="Find a pipeline"
                  value={text}
                  onChange={setText}
                />
              </div>
              <ul className="border-t border-border">
                {shown.map((pipeline) => (
                  <Row key={pipeline.id} pipeline={pipeline} />
                ))}
              </ul>
              {shown.length === 0 && (
                <p role="status" className="p-6 text-center text-dense text-muted-foreground">
                  No pipeline is called so.
                </p>
              )}
            </>
          )
        )}
      </ScrollArea>
      {importing && (
        <ImportDialog taken={all.map(({ id }) => id)} onClose={() => setImporting(false)} onImported={open} />
      )}
    </div>
  );
}

const runTones: Record<string, { tone: Tone; words: string }> = {
  queued: { tone: 'neutral', words: 'Queued' },
  running: { tone: 'info', words: 'Running' },
  waiting: { tone: 'warning', words: 'Waiting' },
  paused: { tone: 'warning', words: 'Paused' },
  succeeded: { tone: 'success', words: 'Succeeded' },
  failed: { tone: 'danger', words: 'Failed' },
  cancelled: { tone: 'neutral', words: 'Cancelled' },
};

function Row({ pipeline }: { pipeline: PipelineSummary }) {
  const { id, name, description, faults, triggers, updatedAt, lastRun } = pipeline;
  const state = lastRun && runTones[lastRun.status];
  return (
    <li className="flex min-h-14 items-center gap-3 border-b border-border px-4 hover:bg-hover">
      <Link
        to="/pipelines/$pipelineId"
        params={{ pipelineId: id }}
        className="focus-inset flex min-w-0 flex-1 items-center gap-3 rounded-control py-2"
      >
        <span className="flex size-8 shrink-0 items-center justify-center rounded-control bg-muted text-muted-foreground">
          <Workflow aria-hidden className="size-4.5" />
        </span>
        <span className="min-w-0">
          <span className="block truncate text-base font-medium">{name}</span>
          {description !== '' && <span className="block truncate text-dense text-muted-foreground">{description}</span>}
        </span>
      </Link>
      {faults > 0 && <Badge tone="danger">{formatPlural(faults, 'fault')}</Badge>}
      {triggers > 0 && <Badge className="max-sm:hidden">{formatPlural(triggers, 'trigger')}</Badge>}
      {lastRun && state && (
        <Link
          to="/runs/$runId"
          params={{ runId: lastRun.id }}
          className="flex shrink-0 items-center gap-1.5 rounded-control px-1.5 py-1 text-dense hover:bg-hover"
        >
          <StatusDot tone={state.tone} />
          {state.words}
          <Time
            at={lastRun.finishedAt ?? lastRun.startedAt ?? lastRun.createdAt}
            className="text-muted-foreground max-sm:hidden"
          />
        </Link>
      )}
      <Time at={updatedAt} className="w-24 shrink-0 text-right text-caption text-muted-foreground max-md:hidden" />
    </li>
  );
}

interface NoPipelinesProps {
  templates: readonly PipelineTemplate[];
  busy: boolean;
  onBegin: (template?: string) => void;
}

function NoPipelines({ templates, busy, onBegin }: NoPipelinesProps) {
  return (
    <div className="mx-auto flex max-w-200 flex-col gap-5 px-6 py-10">
      <div className="flex flex-col gap-1">
        <h2 className="text-title">No pipelines yet</h2>
        <p className="text-base text-pretty text-muted-foreground">
          A pipeline is a job that you draw once: ask a model, look at the answer, go on by it, ask you where it
          matters. It survives a crash, shows what each step cost, and can be run again from any of them.
        </p>
      </div>
      {templates.length > 0 && (
        <>
          <h3 className="text-dense font-medium">Begin with one of these</h3>
          <ul className="grid gap-2 @2xl:grid-cols-3">
            {templates.slice(0, 3).map(({ id, title, summary }) => (
              <li key={id} className="flex">
                <button
                  type="button"
                  disabled={busy}
                  onClick={() => onBegin(id)}
                  className="flex w-full flex-col gap-1 rounded-panel border border-border p-3.5 text-left transition-colors hover:bg-panel"
                >
                  <span className="text-base font-medium">{title}</span>
                  <span className="text-dense text-pretty text-muted-foreground">{summary}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <div>
        <Button variant="primary" size="medium" icon={Plus} busy={busy} onClick={() => onBegin()}>
          Draw one from nothing
        </Button>
      </div>
    </div>
  );
}
