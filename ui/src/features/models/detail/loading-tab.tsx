/** How this model is loaded, remembered for it; what that takes stands beside it and follows while it is changed. */
import { useState } from 'react';

import type { ProviderKind, ShelvedModel } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { Slider } from '@/components/slider';
import { classNames } from '@/lib/class-names';
import { formatBytes } from '@/lib/format';
import { useQuiet } from '@/lib/quiet';

import type { Memory } from '../facts';
import { useEstimate } from '../load-control';
import { loadDraft, loadError, loadNumbers, loadSettings, type LoadDraft, type LoadNumber } from './loading';
import { Fact } from './parts';

export function LoadingTab({
  model,
  kind,
  memory,
}: {
  model: ShelvedModel;
  kind: ProviderKind | undefined;
  memory: Memory | undefined;
}) {
  const usual = model.defaultContext ?? 4096;
  const kept = model.loadSettings;
  const [draft, setDraft] = useState(() => loadDraft(kept, usual));
  const save = useMutate('model/load-settings');
  const change = (changes: Partial<LoadDraft>) => {
    setDraft({ ...draft, ...changes });
    save.reset();
  };
  const { context } = draft;
  const largest = Math.max(model.contextWindow ?? 8192, context);
  const settings = loadSettings(draft, kept, usual);
  const changed = JSON.stringify(settings) !== JSON.stringify(loadSettings(loadDraft(kept, usual), kept, usual));
  const numbers: LoadNumber[] = kind === 'ollama' ? ['gpuLayers', 'threads', 'batch'] : ['gpuLayers', 'threads'];
  const wrong = numbers.some((name) => loadError(name, draft[name]) !== null);
  const decides = kind === 'ollama' ? 'Ollama decides' : 'As it suits';
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
          onChange={(next) => change({ context: next })}
        />
      </div>
      <Disclosure
        title="GPU, threads and memory"
        note="for experts"
        defaultOpen={kept !== undefined && Object.keys(kept).some((name) => name !== 'context')}
      >
        <div className="grid gap-4 pt-1 @md:grid-cols-2">
          {numbers.map((name) => (
            <Field
              key={name}
              label={loadNumbers[name].label}
              description={loadNumbers[name].note}
              error={loadError(name, draft[name])}
            >
              <Input
                inputMode="numeric"
                value={draft[name]}
                placeholder={decides}
                className="tabular max-w-40"
                onChange={(next) => change({ [name]: next })}
              />
            </Field>
          ))}
          {kind === 'ollama' && (
            <Field label="Read the file" description="Mapped, the system reads only what is used.">
              <Select
                options={mmapChoices}
                value={draft.mmap}
                onChange={(mmap) => change({ mmap })}
                className="w-full max-w-40"
              />
            </Field>
          )}
        </div>
      </Disclosure>
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
          disabled={!changed || wrong}
          busy={save.isPending}
          onClick={() => save.mutate({ id: model.id, ...settings })}
        >
          Save for this model
        </Button>
        {changed && !save.isPending && (
          <Button variant="ghost" onClick={() => setDraft(loadDraft(kept, usual))}>
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

const mmapChoices = [
  { value: 'auto', label: 'Ollama decides' },
  { value: 'on', label: 'Mapped' },
  { value: 'off', label: 'As a whole' },
] as const;

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
