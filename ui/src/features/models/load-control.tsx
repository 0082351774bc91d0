/** Loading with the context of one's choice; what that takes is said before, how it goes while it goes. */
import { Link } from '@tanstack/react-router';
import { Play, Square } from 'lucide-react';
import { useState } from 'react';

import type { ApiError } from '@/api/error';
import type { EngineState, Model } from '@/api/generated';
import { useCall } from '@/api/query';
import { Button, buttonClass } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Field } from '@/components/field';
import { Progress } from '@/components/progress';
import { Select } from '@/components/select';
import { formatBytes, formatCount } from '@/lib/format';

import { contextChoices, fitOf, type Memory } from './facts';
import { isBuiltIn } from './use-shelf';
import type { ModelVerbs } from './use-model-verbs';

export interface LoadControlProps {
  model: Model;
  verbs: ModelVerbs;
  engine: EngineState | undefined;
  memory: Memory | undefined;
}

export function LoadControl({ model, verbs, engine, memory }: LoadControlProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const { start, stop } = verbs;
  const { state } = model;
  const loadedContext = state.type === 'loaded' ? state.context : undefined;
  const context = chosen ?? loadedContext ?? model.defaultContext;
  const loading = engine?.type === 'loading' && engine.model === model.id ? engine : undefined;
  const busy = loading !== undefined || start.isPending || state.type === 'loading';
  const list = useCall('model/list', {});
  const other =
    isBuiltIn(model.id) && engine?.type === 'loaded' && engine.model !== model.id
      ? (list.data?.models.find(({ id }) => id === engine.model)?.name ?? engine.model)
      : undefined;
  const choices = contextChoices(model);
  const needs = useNeeds(model, context === undefined ? choices : [...new Set([...choices, context])]);
  const load = (force?: true) =>
    start.mutate({
      id: model.id,
      ...(chosen === null ? {} : { context: chosen }),
      ...(force === undefined ? {} : { force }),
    });

  if (busy) {
    return <Progress label={`Loading ${model.name}`} value={loading ? loading.progress : null} amount="" />;
  }
  const estimate = context === undefined ? undefined : needs(context);
  const reload = state.type === 'loaded' && chosen !== null && chosen !== state.context;
  return (
    <div className="flex flex-col gap-3">
      {choices.length > 1 && context !== undefined && (
        <Field label="Context" description="How much of a conversation it can have in view. More takes more memory.">
          <Select
            options={choices.map((choice) => {
              const note = needs(choice);
              return {
                value: String(choice),
                label: `${formatCount(choice)} tokens`,
                ...(note === undefined ? {} : { note }),
              };
            })}
            value={String(context)}
            onChange={(next) => setChosen(Number(next))}
            className="w-full"
          />
        </Field>
      )}
      {state.type !== 'loaded' || reload ? (
        <p className="tabular text-dense text-muted-foreground">
          {estimate === undefined ? 'How much memory it needs isn’t known.' : `Needs ${estimate}.`}
          {memory && ` ${formatBytes(memory.available)} are free.`}
          {other && ` ${other} is unloaded first: the built-in engine holds one model at a time.`}
        </p>
      ) : null}
      {start.error && <NotLoaded error={start.error} model={model} onAgain={() => load()} onForce={() => load(true)} />}
      {stop.error && (
        <p role="alert" className="text-caption text-danger">
          {stop.error.message}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {(state.type !== 'loaded' || reload) && (
          <Button
            variant={fitOf(model, memory) === 'too-large' ? 'secondary' : 'primary'}
            icon={Play}
            onClick={() => load()}
          >
            {reload ? 'Load again with this context' : 'Load model'}
          </Button>
        )}
        {state.type === 'loaded' && (
          <Button icon={Square} busy={stop.isPending} onClick={() => stop.mutate({ id: model.id })}>
            Unload model
          </Button>
        )}
      </div>
    </div>
  );
}

/** What the model takes with each of these contexts, in words; only of the built-in engine's models is that known. */
function useNeeds(model: Model, contexts: readonly number[]): (context: number) => string | undefined {
  const params = { id: model.id, contexts: [...contexts].sort((a, b) => a - b) };
  const enabled = isBuiltIn(model.id) && model.state.type !== 'damaged' && contexts.length > 0;
  const estimates = useCall('model/estimate', params, { enabled, keepPrevious: true });
  return (context) => {
    const found = enabled ? estimates.data?.find((estimate) => estimate.context === context) : undefined;
    return found && `${found.atLeast ? 'at least' : 'about'} ${formatBytes(found.memory)}`;
  };
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
    error.code === 'out_of_memory' && isBuiltIn(model.id) ? (
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
