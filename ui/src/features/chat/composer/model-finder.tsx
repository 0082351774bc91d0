/** The list of the model picker: searched by typing, local models first, with what is wrong where a provider can't be asked. */
import { useNavigate } from '@tanstack/react-router';
import { Check, Play, Search, Square } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';

import type { Model } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot } from '@/components/status-dot';
import { classNames } from '@/lib/class-names';
import { formatBytes, formatTokensShort } from '@/lib/format';

import { stateWords, type Models } from '../state/models';

export interface FinderProps {
  models: Models;
  chosen: string | undefined;
  title: string;
  onChoose: (model: string) => void;
}

export default function Finder({ models, chosen, title, onChoose }: FinderProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [pointed, setPointed] = useState<string | undefined>(chosen);
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => filtered(models, text), [models, text]);
  const flat = groups.flatMap((group) => group.models);
  const at = Math.max(0, flat.findIndex((model) => model.id === pointed)); // prettier-ignore

  useEffect(() => {
    list.current?.querySelector('[data-pointed]')?.scrollIntoView({ block: 'nearest' });
  }, [at, text]);

  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = flat.length - 1;
    const next = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    }[event.key];
    if (next !== undefined) setPointed(flat[next]?.id);
    else if (event.key === 'Enter' && flat[at]) onChoose(flat[at].id);
    else return;
    event.preventDefault();
  };

  return (
    <div className="flex max-h-[min(26rem,var(--available-height))] flex-col">
      <div className="flex items-center gap-2 border-b border-border px-3">
        <Search aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <input
          // The first time it comes after the popover that would have focused it.
          autoFocus
          role="combobox"
          aria-label={`${title}: find by name`}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={flat[at] ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={title === 'Model' ? 'Find a model' : `${title}…`}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setPointed(undefined);
          }}
          onKeyDown={press}
          className="h-10 w-full bg-transparent text-base outline-none"
        />
      </div>
      {models.pending ? (
        <SkeletonRows rows={4} label="Loading the models" />
      ) : (
        <div ref={list} id={`${id}-list`} role="listbox" aria-label="Models" className="min-h-0 overflow-y-auto p-1">
          {groups.map((group) => (
            <div key={group.title} role="group" aria-label={group.title}>
              <div role="presentation" className="px-2.5 pt-2 pb-1 text-caption font-medium text-muted-foreground">
                {group.title}
              </div>
              {group.models.map((model) => {
                const index = flat.indexOf(model);
                return (
                  <Option
                    key={model.id}
                    id={`${id}-${index}`}
                    model={model}
                    chosen={model.id === chosen}
                    pointed={index === at}
                    onPoint={() => setPointed(model.id)}
                    onChoose={() => onChoose(model.id)}
                  />
                );
              })}
            </div>
          ))}
        </div>
      )}
      <Memory model={models.all.find((model) => model.id === chosen)} />
      <Foot models={models} empty={flat.length === 0 && !models.pending} text={text} />
    </div>
  );
}

/** Loads the chosen model before it is needed, or takes it out of memory. Nothing for one that is elsewhere. */
function Memory({ model }: { model: Model | undefined }) {
  const start = useMutate('model/start');
  const stop = useMutate('model/stop');
  if (model === undefined || (model.state.type !== 'loaded' && model.state.type !== 'on_disk')) return null;
  const isLoaded = model.state.type === 'loaded';
  const error = start.error ?? stop.error;
  const change = () => {
    start.reset();
    stop.reset();
    if (isLoaded) stop.mutate({ id: model.id });
    else start.mutate({ id: model.id });
  };
  return (
    <div className="border-t border-border p-1">
      <Button
        variant="ghost"
        icon={isLoaded ? Square : Play}
        busy={start.isPending || stop.isPending}
        className="w-full justify-start!"
        onClick={change}
      >
        {isLoaded ? `Unload ${model.name}` : `Load ${model.name}`}
      </Button>
      {error && (
        <p role="alert" className="px-2.5 pb-1.5 text-caption text-danger">
          {error.message}
        </p>
      )}
    </div>
  );
}

function Foot({ models, empty, text }: { models: Models; empty: boolean; text: string }) {
  const navigate = useNavigate();
  return (
    <>
      {empty && (
        <p role="status" className="px-3 py-4 text-dense text-muted-foreground">
          {models.error
            ? models.error.message
            : models.all.length === 0
              ? 'There is no model to talk to yet. Add one in Models, or connect a provider.'
              : `No model is called “${text}”.`}
        </p>
      )}
      {models.problems.map((problem) => (
        <p key={problem.provider} className="flex gap-2 border-t border-border px-3 py-2 text-caption">
          <StatusDot tone="warning" className="mt-1" />
          <span className="min-w-0 break-words">
            <span className="font-medium">{models.providerName(problem.provider)}: </span>
            {problem.message}
          </span>
        </p>
      ))}
      <div className="border-t border-border p-1">
        <Button variant="ghost" className="w-full justify-start!" onClick={() => void navigate({ to: '/models' })}>
          Open Models
        </Button>
      </div>
    </>
  );
}

interface OptionProps {
  id: string;
  model: Model;
  chosen: boolean;
  pointed: boolean;
  onPoint: () => void;
  onChoose: () => void;
}

function Option({ id, model, chosen, pointed, onPoint, onChoose }: OptionProps) {
  const state = stateWords(model.state);
  const facts = [
    model.quantization,
    model.size === undefined ? undefined : formatBytes(model.size),
    model.contextWindow === undefined ? undefined : `${formatTokensShort(model.contextWindow)} context`,
  ].filter((fact) => fact !== undefined);
  return (
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      data-pointed={pointed || undefined}
      onPointerMove={pointed ? undefined : onPoint}
      onClick={onChoose}
      className={classNames('flex min-h-9 items-center gap-2 rounded-control px-2.5 py-1.5', pointed && 'bg-hover')}
    >
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate text-dense">{model.name}</span>
        {facts.length > 0 && (
          <span className="tabular truncate text-caption text-muted-foreground">{facts.join(' · ')}</span>
        )}
      </span>
      {model.testSize && <Badge>Test size</Badge>}
      {state !== null && <Badge tone={model.state.type === 'damaged' ? 'danger' : 'success'}>{state}</Badge>}
      <span className="size-4 shrink-0">{chosen && <Check aria-hidden className="size-4 text-accent" />}</span>
    </div>
  );
}

function filtered(models: Models, text: string) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.groups
    .map((group) => ({
      ...group,
      models: group.models.filter((model) =>
        words.every((word) => `${model.name} ${model.id} ${group.title}`.toLowerCase().includes(word)),
      ),
    }))
    .filter((group) => group.models.length > 0);
}
