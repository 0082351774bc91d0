/**
 * The first screen: three doors, those that can work here first. What stands behind the doors (the list of models to begin
 * with, the form for a key) belongs to other features and is handed in by the app.
 */
import { Check, ChevronDown, Cloud, Cpu, Server } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';

import type { Model } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Badge } from '@/components/badge';
import { Button, type Icon } from '@/components/button';
import { ScrollArea } from '@/components/scroll-area';
import { useHost } from '@/host/host';
import { classNames } from '@/lib/class-names';
import { formatBytes, formatPlural } from '@/lib/format';

import { dismissFirstStart } from './dismissed';
import { doorsInOrder, findings, quickTry, type Door, type DoorName, type Findings } from './doors';

export interface FirstStartProps {
  /** Models to begin with. */
  starters: ReactNode;
  /** Adding a file of one's own. */
  addFile: ReactNode;
  /** What is on its way. */
  incoming: ReactNode;
  /** A vendor and its key. */
  connect: ReactNode;
}

export function FirstStart(slots: FirstStartProps) {
  const host = useHost();
  useEffect(() => host.setTitle(null), [host]);
  const list = useCall('model/list', {});
  const providers = useCall('provider/list', {});
  const status = useCall('system/status', {});
  const engine = status.data?.engine;
  const found = findings(
    providers.data ?? [],
    list.data ?? { models: [], problems: [] },
    engine?.type === 'unavailable' ? engine.message : undefined,
  );
  const doors = doorsInOrder(found);
  const [chosen, setChosen] = useState<DoorName | null | undefined>(undefined);
  const open = chosen === undefined ? doors[0]?.name : chosen;
  const trial = list.data && quickTry(list.data);
  return (
    <ScrollArea className="h-full">
      <div className="mx-auto flex min-h-full max-w-reading flex-col justify-center gap-5 px-5 py-8">
        <header className="flex flex-col gap-1">
          <h1 className="text-title">Choose where your models run</h1>
          <p className="text-base text-pretty text-muted-foreground">
            On this computer nothing you write leaves it. A cloud provider answers from its own machines and gets what
            you send it. You can use both, and change your mind later.
          </p>
        </header>
        {trial && <QuickTry model={trial} />}
        <div className="flex flex-col gap-3">
          {doors.map((door) => (
            <DoorPanel
              key={door.name}
              door={door}
              found={found}
              open={open === door.name}
              onToggle={() => setChosen(open === door.name ? null : door.name)}
              slots={slots}
            />
          ))}
        </div>
        <p className="text-dense text-muted-foreground">
          Not now?{' '}
          <Button variant="ghost" className="text-accent!" onClick={dismissFirstStart}>
            Look around first
          </Button>
        </p>
      </div>
    </ScrollArea>
  );
}

function QuickTry({ model }: { model: Model }) {
  return (
    <section
      aria-label="Quick try"
      className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-panel border border-border bg-panel p-4"
    >
      <div className="min-w-56 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-base font-medium">
          {model.name} <Badge>Test size</Badge>
        </p>
        <p className="text-dense text-muted-foreground">
          It is on this computer already{model.size === undefined ? '' : ` (${formatBytes(model.size)})`} and shows that
          everything works. It is far too small to trust: its answers are often wrong.
        </p>
      </div>
      <Button onClick={dismissFirstStart}>Try it now</Button>
    </section>
  );
}

const icons: Record<DoorName, Icon> = { ollama: Server, engine: Cpu, cloud: Cloud };

interface DoorPanelProps {
  door: Door;
  found: Findings;
  open: boolean;
  onToggle: () => void;
  slots: FirstStartProps;
}

function DoorPanel({ door, found, open, onToggle, slots }: DoorPanelProps) {
  const { title, note } = wordsFor(door, found);
  const IconShown = icons[door.name];
  return (
    <section aria-label={title} className="rounded-panel border border-border bg-panel">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          onClick={onToggle}
          className={classNames(
            'focus-inset flex w-full items-center gap-3 rounded-panel p-4 text-left transition-colors hover:bg-hover',
            open && 'rounded-b-none',
          )}
        >
          <span
            className={classNames(
              'flex size-9 shrink-0 items-center justify-center rounded-control border border-border bg-background',
              door.state === 'ready' ? 'text-accent' : 'text-muted-foreground',
            )}
          >
            <IconShown className="size-5" />
          </span>
          <span className="min-w-0 flex-1">
            <span className="block text-base font-semibold">{title}</span>
            <span className="block text-dense text-muted-foreground">{note}</span>
          </span>
          <ChevronDown
            aria-hidden
            className={classNames('size-4 shrink-0 text-muted-foreground transition-transform', open && 'rotate-180')}
          />
        </button>
      </h2>
      {open && (
        <div className="border-t border-border px-4 py-3">
          {door.name === 'ollama' ? (
            <Ollama door={door} found={found} />
          ) : door.name === 'cloud' ? (
            slots.connect
          ) : door.state === 'absent' ? (
            <p className="text-dense">{found.engineProblem}</p>
          ) : (
            <div className="flex flex-col gap-3">
              {slots.incoming}
              {slots.starters}
              <div className="flex flex-wrap items-center justify-between gap-2 border-t border-border pt-3">
                <p className="min-w-48 flex-1 text-dense text-muted-foreground">
                  Have a GGUF file already? Drop it here, or choose it.
                </p>
                {slots.addFile}
              </div>
            </div>
          )}
        </div>
      )}
    </section>
  );
}

function wordsFor({ name, state }: Door, { ollamaModels }: Findings): { title: string; note: string } {
  switch (name) {
    case 'ollama':
      return {
        title: 'Use Ollama on this computer',
        note:
          state === 'absent'
            ? 'It isn’t running here.'
            : state === 'empty'
              ? 'Found, but it has no model yet.'
              : `Found, ${formatPlural(ollamaModels ?? 0, 'model')}.`,
      };
    case 'engine':
      return {
        title: 'Use the built-in engine',
        note:
          state === 'absent'
            ? 'It can’t run here as it is.'
            : 'Download one model and talk to it on this computer. No account.',
      };
    case 'cloud':
      return { title: 'Connect a cloud provider', note: 'With an API key of OpenAI, Anthropic and others.' };
  }
}

const ollamaAddress = 'http://127.0.0.1:11434';

function Ollama({ door, found }: { door: Door; found: Findings }) {
  const host = useHost();
  const remove = useMutate('provider/remove');
  const test = useMutate('provider/test', {
    // What doesn't answer isn't kept.
    onFailed: (_error, params) => remove.mutate(params),
  });
  const add = useMutate('provider/add', { onDone: ({ id }) => test.mutate({ id }) });
  const refresh = useMutate('model/list');
  if (door.state === 'ready') {
    return (
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex items-center gap-2 text-dense">
          <Check aria-hidden className="size-4 text-success" />
          {formatPlural(found.ollamaModels ?? 0, 'model')} can be used at once.
        </p>
        <Button variant="primary" size="medium" onClick={dismissFirstStart}>
          Use Ollama
        </Button>
      </div>
    );
  }
  const error = add.error ?? test.error;
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="text-dense text-pretty">
        {door.state === 'empty' ? (
          <>
            Fetch a model with it, for example{' '}
            <code className="rounded-small bg-muted px-1 py-0.5 font-mono text-caption select-all">
              ollama pull qwen3:4b
            </code>
            , then look again.
          </>
        ) : (
          <>
            Ollama is a program of its own that keeps and runs models. If you have it, start it and look again;{' '}
            <button
              type="button"
              title="https://ollama.com/download"
              onClick={() => void host.openExternal('https://ollama.com/download')}
              className="rounded-small text-accent underline underline-offset-2"
            >
              get it from ollama.com
            </button>{' '}
            if you want it. You don’t need it: the built-in engine does the same.
          </>
        )}
      </p>
      {error && !test.isPending && (
        <p role="alert" className="text-dense text-danger">
          {error.message}
        </p>
      )}
      <Button
        busy={add.isPending || test.isPending || refresh.isPending}
        onClick={() =>
          door.state === 'empty'
            ? refresh.mutate({ refresh: true })
            : add.mutate({ kind: 'ollama', baseUrl: ollamaAddress, name: 'Ollama', keep: 'session' })
        }
      >
        Look again
      </Button>
    </div>
  );
}
