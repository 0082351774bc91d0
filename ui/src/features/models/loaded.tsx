import { Square } from 'lucide-react';

import type { EngineState, Model } from '@/api/generated';
import { Button } from '@/components/button';
import { StatusDot } from '@/components/status-dot';
import { formatBytes, formatTokensShort } from '@/lib/format';

import type { Memory } from './facts';
import { gpuWords, MemoryBar } from './memory-bar';
import { Expiry } from './state-cell';
import { useModelVerbs } from './use-model-verbs';

interface LoadedProps {
  models: readonly Model[];
  memory: Memory | undefined;
  engine: EngineState | undefined;
}

/** What is in memory now, and how much of this computer's it holds; what hangs there, with the way out. */
export function Loaded({ models, memory, engine }: LoadedProps) {
  const held = models.filter(
    ({ state }) => state.type === 'loaded' || state.type === 'unloading' || state.type === 'not_answering',
  );
  if (held.length === 0) return null;
  return (
    <section aria-label="In memory" className="flex flex-col divide-y divide-border border-b border-border px-4">
      {held.map((model) =>
        model.state.type === 'loaded' ? (
          <Row key={model.id} model={model} state={model.state} memory={memory} engine={engine} />
        ) : (
          <Stuck key={model.id} model={model} />
        ),
      )}
    </section>
  );
}

interface RowProps extends Omit<LoadedProps, 'models'> {
  model: Model;
  state: Extract<Model['state'], { type: 'loaded' }>;
}

function Row({ model, state, memory, engine }: RowProps) {
  const { stop } = useModelVerbs(model);
  const facts = engine?.type === 'loaded' && engine.model === model.id ? engine : undefined;
  const where =
    gpuWords(state.memory, state.gpuMemory) ??
    (facts && (facts.gpuLayers > 0 ? `${facts.gpuLayers} layers on the GPU` : 'On the CPU'));
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="flex min-w-0 flex-1 basis-48 items-center gap-2">
          <StatusDot tone="success" />
          <span className="truncate text-base font-medium">{model.name}</span>
          <Expiry state={state} />
        </p>
        <p className="tabular flex min-w-0 flex-wrap items-center gap-x-3 text-dense text-muted-foreground">
          {memory && state.memory > 0 && (
            <>
              <MemoryBar
                label={`Memory held by ${model.name}`}
                held={state.memory}
                gpu={state.gpuMemory}
                total={memory.total}
              />
              <span className="whitespace-nowrap">
                {formatBytes(state.memory)} of {formatBytes(memory.total)}
              </span>
            </>
          )}
          <span className="whitespace-nowrap">{formatTokensShort(state.context)} context</span>
          {where !== undefined && <span className="hidden whitespace-nowrap @4xl:inline">{where}</span>}
        </p>
        <Button icon={Square} busy={stop.isPending} onClick={() => stop.mutate({ id: model.id })}>
          Unload
        </Button>
      </div>
      {facts?.notices.map((notice) => (
        <p key={notice} className="mt-1 pl-4 text-caption text-muted-foreground">
          {notice}
        </p>
      ))}
      <NotStopped message={stop.error?.message} />
    </div>
  );
}

/** Asked again, it is ended for good: its requests are cancelled first, then what runs it. */
function Stuck({ model }: { model: Model }) {
  const { stop } = useModelVerbs(model);
  const { state } = model;
  const hangs = state.type === 'not_answering';
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="flex min-w-0 flex-1 basis-48 items-start gap-2">
        <StatusDot tone={hangs ? 'danger' : 'info'} className="mt-1.5" />
        <p className="min-w-0">
          <span className="text-base font-medium">{model.name}</span>{' '}
          <span className="text-dense text-muted-foreground">
            {hangs ? state.message : 'is leaving memory. If that takes too long, end it.'}
          </span>
        </p>
      </div>
      <Button icon={Square} busy={stop.isPending} onClick={() => stop.mutate({ id: model.id })}>
        {hangs ? 'Unload' : 'End it now'}
      </Button>
      <NotStopped message={stop.error?.message} />
    </div>
  );
}

function NotStopped({ message }: { message: string | undefined }) {
  return (
    message !== undefined && (
      <p role="alert" className="mt-1 w-full pl-4 text-caption text-danger">
        {message}
      </p>
    )
  );
}
