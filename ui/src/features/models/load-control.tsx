/** Loading with the context of one's choice; what that takes, and what has to go for it, is said before; how it goes while it goes. */
import { Link } from '@tanstack/react-router';
import { Play, Square } from 'lucide-react';
import { useState } from 'react';

import type { ApiError } from '@/api/error';
import type { EngineState, Model, ModelEvictions, ProviderKind } from '@/api/generated';
import { useCall } from '@/api/query';
import { Button, buttonClass } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Field } from '@/components/field';
import { Progress } from '@/components/progress';
import { Select } from '@/components/select';
import { formatBytes, formatCount } from '@/lib/format';
import { useQuiet } from '@/lib/quiet';

import { contextChoices, fitOf, nameOf, type Memory } from './facts';
import type { ModelVerbs } from './use-model-verbs';

export interface LoadControlProps {
  model: Model;
  kind: ProviderKind | undefined;
  verbs: ModelVerbs;
  engine: EngineState | undefined;
  memory: Memory | undefined;
}

const keepChoices = [
  { value: 'usual', label: 'As the settings say' },
  { value: '300', label: '5 min after an answer' },
  { value: '3600', label: '1 h after an answer' },
  { value: '-1', label: 'Until it is unloaded' },
] as const;

export function LoadControl({ model, kind, verbs, engine, memory }: LoadControlProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [keep, setKeep] = useState<(typeof keepChoices)[number]['value']>('usual');
  const { start, stop } = verbs;
  const { state } = model;
  const loadedContext = state.type === 'loaded' ? state.context : undefined;
  const context = chosen ?? loadedContext ?? model.defaultContext;
  const loading = engine?.type === 'loading' && engine.model === model.id ? engine : undefined;
  const busy = loading !== undefined || start.isPending || state.type === 'loading';
  const choices = contextChoices(model);
  const reload = state.type === 'loaded' && chosen !== null && chosen !== state.context;
  const loads = state.type === 'on_disk' || reload;
  const load = (force?: true) =>
    start.mutate({
      id: model.id,
      ...(chosen === null ? {} : { context: chosen }),
      ...(keep === 'usual' ? {} : { keepAliveSeconds: Number(keep) }),
      ...(force === undefined ? {} : { force }),
    });

  if (busy) {
    const progress = loading?.progress ?? (state.type === 'loading' && state.progress > 0 ? state.progress : null);
    return (
      <div className="flex flex-col gap-2">
        <Progress label={`Loading ${model.name}`} value={progress} amount="" />
        <Button
          icon={Square}
          className="self-start"
          busy={stop.isPending}
          onClick={() => stop.mutate({ id: model.id })}
        >
          Stop loading
        </Button>
      </div>
    );
  }
  const tooLarge = fitOf(model, memory) === 'no';
  return (
    <div className="flex flex-col gap-3">
      {choices.length > 1 && context !== undefined && (
        <Field label="Context" description="How much of a conversation it can have in view. More takes more memory.">
          <Select
            options={choices.map((choice) => ({ value: String(choice), label: `${formatCount(choice)} tokens` }))}
            value={String(context)}
            onChange={(next) => setChosen(Number(next))}
            className="w-full"
          />
        </Field>
      )}
      {loads && kind === 'ollama' && (
        <Field label="Keep in memory">
          <Select options={keepChoices} value={keep} onChange={setKeep} className="w-full" />
        </Field>
      )}
      {loads && <Needs model={model} context={context} memory={memory} />}
      {start.error && <NotLoaded error={start.error} model={model} onAgain={() => load()} onForce={() => load(true)} />}
      {stop.error && (
        <p role="alert" className="text-caption text-danger">
          {stop.error.message}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {loads && (
          <Button variant={tooLarge ? 'secondary' : 'primary'} icon={Play} onClick={() => load()}>
            {reload ? 'Load again with this context' : 'Load model'}
          </Button>
        )}
        {verbs.canUnload && (
          <Button icon={Square} busy={stop.isPending} onClick={() => stop.mutate({ id: model.id })}>
            {state.type === 'unloading' ? 'End it now' : 'Unload model'}
          </Button>
        )}
      </div>
    </div>
  );
}

/** What it takes, what is free, and what leaves memory for it. */
function Needs({ model, context, memory }: { model: Model; context: number | undefined; memory: Memory | undefined }) {
  const asked = useQuiet(context, 200);
  const estimate = useEstimate(model.id, asked);
  const evictions = useCall(
    'model/evictions',
    { id: model.id, ...(asked === undefined ? {} : { context: asked }) },
    { keepPrevious: true },
  );
  const list = useCall('model/list', {});
  const nameFor = (id: string) => list.data?.models.find((other) => other.id === id)?.name ?? nameOf(id);
  const needs = estimate.data
    ? `Needs ${estimate.data.known ? 'about' : 'at least'} ${formatBytes(estimate.data.total)}.`
    : evictions.data
      ? `Needs about ${formatBytes(evictions.data.memory)}.`
      : evictions.isPending || (estimate.isPending && asked !== undefined)
        ? 'Reckoning what it needs.'
        : 'How much memory it needs isn’t known.';
  const cache = estimate.data?.promptCache ?? 0;
  const free = evictions.data?.free ?? memory?.available;
  return (
    <div className="tabular text-dense text-muted-foreground">
      <p>
        {needs}
        {cache > 0 && ` Up to ${formatBytes(cache)} more for earlier prompts, as it is used.`}
        {free !== undefined && ` ${formatBytes(free)} are free.`}
      </p>
      {evictions.data && evictions.data.evicts.length > 0 && (
        <p className="mt-1 text-warning">{evictionWords(evictions.data, nameFor)}</p>
      )}
    </div>
  );
}

/** "Qwen leaves memory first." */
export function evictionWords({ evicts }: Pick<ModelEvictions, 'evicts'>, nameFor: (id: string) => string): string {
  const names = evicts.map(nameFor);
  const last = names.at(-1) ?? '';
  return names.length === 1
    ? `${last} leaves memory first.`
    : `${names.slice(0, -1).join(', ')} and ${last} leave memory first.`;
}

/** What the model takes with a context; once it stands still. */
export function useEstimate(id: string, context: number | undefined) {
  return useCall(
    'model/estimate',
    { id, context: context ?? 0 },
    { enabled: context !== undefined, keepPrevious: true },
  );
}

function NotLoaded({
  error,
  model,
  onAgain,
  onForce,
}: {
  error: ApiError;
  model: Model;
  onAgain: () => void;
  onForce: () => void;
}) {
  const action =
    error.code === 'out_of_memory' ? (
      <Button onClick={onForce}>Load anyway</Button>
    ) : error.code === 'engine_unavailable' || error.code === 'engine_failed' ? (
      <Link to="/settings/$section" params={{ section: 'engine' }} className={buttonClass('secondary', 'small')}>
        Show the engine
      </Link>
    ) : error.code === 'model_damaged' ? undefined : (
      <Button onClick={onAgain}>Try again</Button>
    );
  return (
    <ErrorState title={`${model.name} wasn’t loaded`} traceId={error.traceId} action={action}>
      {error.message}
    </ErrorState>
  );
}
