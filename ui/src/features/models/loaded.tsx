import { Square } from 'lucide-react';

import type { EngineState, Model } from '@/api/generated';
import { Button } from '@/components/button';
import { StatusDot } from '@/components/status-dot';
import { formatBytes, formatTokensShort } from '@/lib/format';

import type { Memory } from './facts';
import { useModelVerbs } from './use-model-verbs';

/** What is in memory now, and how much of this computer's it holds. */
export function Loaded({
  models,
  memory,
  engine,
}: {
  models: readonly Model[];
  memory: Memory | undefined;
  engine: EngineState | undefined;
}) {
  const loaded = models.filter(({ state }) => state.type === 'loaded');
  if (loaded.length === 0) return null;
  return (
    <section aria-label="In memory" className="flex flex-col divide-y divide-border border-b border-border px-4">
      {loaded.map((model) => (
        <Row key={model.id} model={model} memory={memory} engine={engine} />
      ))}
    </section>
  );
}

function Row({ model, memory, engine }: { model: Model; memory: Memory | undefined; engine: EngineState | undefined }) {
  const { stop } = useModelVerbs(model);
  if (model.state.type !== 'loaded') return null;
  const { memory: held, context } = model.state;
  const facts = engine?.type === 'loaded' && engine.model === model.id ? engine : undefined;
  const share = memory && held > 0 ? Math.min(1, held / memory.total) : null;
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="flex min-w-0 flex-1 basis-48 items-center gap-2">
          <StatusDot tone="success" />
          <span className="truncate text-base font-medium">{model.name}</span>
        </p>
        <p className="tabular flex min-w-0 items-center gap-3 text-dense text-muted-foreground">
          {share !== null && memory && (
            <>
              <span
                role="meter"
                aria-label={`Memory held by ${model.name}`}
                aria-valuenow={Math.round(share * 100)}
                aria-valuemin={0}
                aria-valuemax={100}
                className="hidden h-1.5 w-28 overflow-hidden rounded-pill bg-muted sm:block"
              >
                <span
                  className="block h-full rounded-pill bg-success"
                  style={{ width: `${Math.max(2, share * 100)}%` }}
                />
              </span>
              <span className="whitespace-nowrap">
                {formatBytes(held)} of {formatBytes(memory.total)}
              </span>
            </>
          )}
          <span className="whitespace-nowrap">{formatTokensShort(context)} context</span>
          {facts && (
            <span className="hidden whitespace-nowrap md:inline">
              {facts.gpuLayers > 0 ? `${facts.gpuLayers} layers on the GPU` : 'On the CPU'}
            </span>
          )}
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
      {stop.error && (
        <p role="alert" className="mt-1 pl-4 text-caption text-danger">
          {stop.error.message}
        </p>
      )}
    </div>
  );
}
