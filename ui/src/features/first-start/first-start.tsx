/**
 * The first screen: three doors, those that can work here first. What stands behind the doors (the list of models to begin
 * with, the form for a key) belongs to other features and is handed in by the app.
 */
import { Link } from '@tanstack/react-router';
import { Check, ChevronDown, Cloud, Cpu, Play, Server } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';

import type { Model } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Badge } from '@/components/badge';
import { Button, buttonClass, type Icon } from '@/components/button';
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
  const ollama = useCall('ollama/state', {});
  const engine = status.data?.engine;
  const found = findings(
    providers.data ?? [],
    list.data ?? { models: [], problems: [] },
    engine?.type === 'unavailable' ? engine.message : undefined,
    ollama.data,
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

function wordsFor({ name, state }: Door, { ollama, ollamaModels }: Findings): { title: string; note: string } {
  switch (name) {
    case 'ollama':
      return {
        title: 'Use Ollama on this computer',
        note:
          state === 'absent'
            ? ollama?.type === 'off'
              ? 'It is switched off.'
              : 'It isn’t here.'
            : state === 'idle'
              ? idleWords(ollama?.type)
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

function idleWords(type: NonNullable<Findings['ollama']>['type'] | undefined): string {
  switch (type) {
    case 'installed':
      return 'Installed, and not running.';
    case 'unsure':
      return 'One answers here that isn’t yours.';
    case 'failed':
      return 'It is here and doesn’t work.';
    case 'looking':
      return 'It is being looked for.';
    default:
      return 'It is being started.';
  }
}

const installGuide = 'https://ollama.com/download';

function Ollama({ door, found }: { door: Door; found: Findings }) {
  const host = useHost();
  const start = useMutate('ollama/start');
  const look = useMutate('ollama/look');
  const trust = useMutate('ollama/trust');
  const refresh = useMutate('model/list');
  const { ollama } = found;
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
  const error = start.error ?? look.error ?? trust.error ?? refresh.error;
  const again = (
    <Button busy={look.isPending} onClick={() => look.mutate({})}>
      Look again
    </Button>
  );
  return (
    <div className="flex flex-col items-start gap-3">
      {door.state === 'empty' ? (
        <>
          <p className="text-dense text-pretty">
            Ollama runs and has no model yet. Get one of its library among the models; a small one to begin with is
            qwen3:4b.
          </p>
          <div className="flex flex-wrap gap-2">
            <Link to="/models" className={buttonClass('primary', 'small')}>
              Go to Models
            </Link>
            <Button busy={refresh.isPending} onClick={() => refresh.mutate({ refresh: true })}>
              Look again
            </Button>
          </div>
        </>
      ) : ollama?.type === 'installed' ? (
        <>
          <p className="text-dense text-pretty">
            {ollama.service
              ? 'It has a service or an application of its own, which is started. Its models are then listed here.'
              : 'Web+ starts it for this computer only, and ends it with itself. Its models are then listed here.'}
          </p>
          <div className="flex flex-wrap gap-2">
            <Button variant="primary" icon={Play} busy={start.isPending} onClick={() => start.mutate({})}>
              Start Ollama
            </Button>
            {again}
          </div>
        </>
      ) : ollama?.type === 'unsure' ? (
        <>
          <p className="text-dense text-pretty">
            At {ollama.address.replace('http://', '')} something answers as Ollama that another user or program started.
            Nothing is sent to it before you say yes.
          </p>
          <div className="flex flex-wrap gap-2">
            <Button busy={trust.isPending} onClick={() => trust.mutate({})}>
              Use it
            </Button>
            {again}
          </div>
        </>
      ) : ollama?.type === 'failed' ? (
        <>
          <p className="text-dense text-pretty">{ollama.message}</p>
          <div className="flex flex-wrap gap-2">
            <Button icon={Play} busy={start.isPending} onClick={() => start.mutate({})}>
              Start Ollama
            </Button>
            <Link to="/settings/$section" params={{ section: 'engine' }} className={buttonClass('secondary', 'small')}>
              Show the engine
            </Link>
          </div>
        </>
      ) : door.state === 'idle' ? (
        <p role="status" className="text-dense">
          One moment; this opens by itself once it answers.
        </p>
      ) : (
        <>
          <p className="text-dense text-pretty">
            Ollama is a program of its own that keeps and runs models. If you have it, look again once it is installed;{' '}
            <button
              type="button"
              title={installGuide}
              onClick={() => void host.openExternal(installGuide)}
              className="rounded-small text-accent underline underline-offset-2"
            >
              get it from ollama.com
            </button>{' '}
            if you want it. You don’t need it: the built-in engine does the same.
          </p>
          {again}
        </>
      )}
      {error && (
        <p role="alert" className="text-dense text-danger">
          {error.message}
        </p>
      )}
    </div>
  );
}
