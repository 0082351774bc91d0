/** How this model is loaded, remembered for it; what that takes stands beside it and follows while it is changed. */
import { useState } from 'react';

import type { Model, ProviderKind } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Slider } from '@/components/slider';
import { classNames } from '@/lib/class-names';
import { formatBytes } from '@/lib/format';
import { useQuiet } from '@/lib/quiet';

import type { Memory } from '../facts';
import { useEstimate } from '../load-control';
import { Fact } from './parts';

/** The context is what every engine takes for one model; the others of its settings hold for all its models. */
export function LoadingTab({
  model,
  kind,
  memory,
}: {
  model: Model;
  kind: ProviderKind | undefined;
  memory: Memory | undefined;
}) {
  const kept = model.defaultContext ?? 4096;
  const [context, setContext] = useState(kept);
  const save = useMutate('model/load-settings');
  const change = (next: number) => {
    setContext(next);
    save.reset();
  };
  const largest = model.contextWindow ?? Math.max(8192, context);
  const changed = context !== kept;
  return (
    <div className="flex flex-col gap-4 p-4">
      <Estimate id={model.id} context={context} memory={memory} />
      <div>
        <p className="text-dense font-medium">Context, in tokens</p>
        <Slider
          label="Context, in tokens"
          min={Math.min(512, largest)}
          max={largest}
          step={256}
          value={context}
          onChange={change}
        />
      </div>
      {kind === 'ollama' && (
        <p className="text-caption text-muted-foreground">
          How the context is kept and flash attention are set for all of Ollama’s models, in Settings, Engine.
        </p>
      )}
      {save.error && (
        <p role="alert" className="text-caption text-danger">
          It wasn’t saved. {save.error.message}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          variant={changed ? 'primary' : 'secondary'}
          disabled={!changed}
          busy={save.isPending}
          onClick={() => save.mutate({ id: model.id, context })}
        >
          Save for this model
        </Button>
        {changed && !save.isPending && (
          <Button variant="ghost" onClick={() => setContext(kept)}>
            Undo changes
          </Button>
        )}
        {save.isSuccess && (
          <span role="status" className="text-caption text-muted-foreground">
            Saved{model.state.type === 'loaded' ? '; holds from the next load on' : ''}.
          </span>
        )}
      </div>
    </div>
  );
}

function Estimate({ id, context, memory }: { id: string; context: number; memory: Memory | undefined }) {
  const estimate = useEstimate(id, useQuiet(context, 200));
  const { data } = estimate;
  if (!data) {
    return (
      <p className="text-dense text-muted-foreground">
        {estimate.error ? `What it takes isn’t known. ${estimate.error.message}` : 'Reckoning what it takes.'}
      </p>
    );
  }
  const isTooLarge = memory !== undefined && data.total > memory.available;
  return (
    <section aria-label="What it takes" className="rounded-control border border-border bg-background px-3 py-2">
      <p className="tabular flex items-baseline justify-between gap-3 text-base font-medium">
        <span>
          {data.known ? 'About' : 'At least'} {formatBytes(data.total)}
        </span>
        {memory && (
          <span
            className={classNames('text-caption font-normal', isTooLarge ? 'text-warning' : 'text-muted-foreground')}
          >
            {isTooLarge ? 'more than the ' : 'of '}
            {formatBytes(memory.available)} that are free
          </span>
        )}
      </p>
      <dl className="tabular">
        <Fact name="Weights">{formatBytes(data.weights)}</Fact>
        <Fact name="Context">{formatBytes(data.kv)}</Fact>
        <Fact name="Room to compute">{formatBytes(data.compute)}</Fact>
      </dl>
    </section>
  );
}
