/** How the Ollama on this computer is run. What is its environment holds from the next start: that is said, with the button. */
import { useState } from 'react';

import type { OllamaSettings, OllamaState } from '@/api/generated';
import { callKey, useCall, useMutate } from '@/api/query';
import { useQueryClient } from '@tanstack/react-query';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { ChoiceList } from '@/components/choice-list';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { SkeletonRows } from '@/components/skeleton';
import { Switch } from '@/components/switch';

import {
  draftOf,
  isSame,
  keepAliveChoices,
  numberRules,
  rangeWords,
  settingsOf,
  type Draft,
  type Errors,
  type NumberName,
} from './fields';

export function OllamaForm({ state }: { state: OllamaState }) {
  const kept = useCall('ollama/settings', {});
  const [oldRuns, setOldRuns] = useState(false);
  if (kept.isPending) return <SkeletonRows label="Loading Ollama’s settings" rows={4} />;
  // Where it was started without, that is no failure; the sentence says how to have it again.
  if (kept.error && state.type === 'off') {
    return <p className="text-dense text-muted-foreground">{kept.error.message}</p>;
  }
  if (kept.error) {
    return <Failure title="Ollama’s settings didn’t load" error={kept.error} onRetry={() => void kept.refetch()} />;
  }
  // What is saved elsewhere takes the place of what stands here.
  return (
    <>
      <Form key={JSON.stringify(kept.data)} kept={kept.data} state={state} onSaved={setOldRuns} />
      {oldRuns && <RestartHint onDone={() => setOldRuns(false)} />}
    </>
  );
}

const modes = [
  { value: 'auto', label: 'As it comes', note: 'Use the Ollama that runs; where none does, start one.' },
  { value: 'own', label: 'Always one of Web+’s own', note: 'Started and ended with Web+, whatever else runs.' },
  { value: 'adopt', label: 'Only one that runs already', note: 'Web+ starts none.' },
  { value: 'off', label: 'None', note: 'Without Ollama.' },
] as const;

const kvChoices = [
  { value: 'f16', label: 'Full (f16)' },
  { value: 'q8_0', label: 'About half (q8_0)', note: 'a little less exact' },
  { value: 'q4_0', label: 'About a quarter (q4_0)', note: 'less exact' },
] as const;

const flashChoices = [
  { value: 'auto', label: 'Ollama decides' },
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
] as const;

function RestartHint({ onDone }: { onDone: () => void }) {
  const restart = useMutate('ollama/restart', { onDone });
  return (
    <Banner
      tone="warning"
      action={
        <Button busy={restart.isPending} onClick={() => restart.mutate({})}>
          Restart
        </Button>
      }
    >
      Saved. Ollama runs with the old settings until it is restarted; models in memory are unloaded by that.
      {restart.error && <span className="block text-danger">{restart.error.message}</span>}
    </Banner>
  );
}

interface FormProps {
  kept: OllamaSettings;
  state: OllamaState;
  /** With whether the old settings still run. */
  onSaved: (restart: boolean) => void;
}

function Form({ kept, state, onSaved }: FormProps) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(kept));
  const [errors, setErrors] = useState<Errors>({});
  const save = useMutate('ollama/configure', {
    onDone: ({ settings, restart }) => {
      queries.setQueryData(callKey('ollama/settings', {}), settings);
      onSaved(restart);
    },
  });
  const change = (changes: Partial<Draft>) => {
    setDraft({ ...draft, ...changes });
    setErrors({});
    save.reset();
  };
  const result = settingsOf(draft);
  const changed = 'errors' in result || !isSame(result.settings, kept);
  const put = () => {
    if ('errors' in result) setErrors(result.errors);
    else save.mutate(result.settings);
  };
  const runs = state.type === 'ready' ? state.ownership : null;
  const own = draft.mode === 'auto' || draft.mode === 'own';
  return (
    <form
      aria-label="Ollama’s settings"
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        put();
      }}
    >
      <div className="flex flex-col gap-1.5">
        <p className="text-dense font-medium">Which Ollama</p>
        <ChoiceList
          aria-label="Which Ollama"
          options={modes}
          value={draft.mode}
          onChange={(mode) => change({ mode })}
        />
      </div>
      {draft.mode !== 'off' && draft.mode !== 'own' && (
        <Field label="Address" description="Where one runs that is to be used. Empty looks at the usual one.">
          <Input value={draft.address} placeholder="127.0.0.1:11434" onChange={(address) => change({ address })} />
        </Field>
      )}
      {own && (
        <>
          {runs === 'adopted' && (
            <p className="text-caption text-muted-foreground">
              The Ollama that runs now was started by somebody else and has settings of its own. These are for one that
              Web+ starts.
            </p>
          )}
          <Field
            label="Keep models in memory"
            description="How long after an answer. Loading one you can choose otherwise."
          >
            <Select
              options={keepAliveChoices(draft.keepAliveSeconds)}
              value={String(draft.keepAliveSeconds)}
              onChange={(next) => change({ keepAliveSeconds: Number(next) })}
              className="w-full max-w-80"
            />
          </Field>
          <Field
            label="Allow Ollama’s cloud"
            description="Models that run on Ollama’s machines, and the look-ups for them. Off, nothing of that leaves this computer."
            inline
          >
            <Switch checked={draft.cloud} onChange={(cloud) => change({ cloud })} />
          </Field>
          <Disclosure title="Memory and speed" note="for experts">
            <div className="grid gap-4 pt-1 sm:grid-cols-2">
              {(['contextLength', 'parallel', 'maxLoaded', 'promptCacheMib'] as const).map((name) => (
                <NumberField key={name} name={name} draft={draft} errors={errors} onChange={change} />
              ))}
              <Field
                label="Memory of the context"
                description="Smaller takes less memory and is less exact."
                error={errors.kvCache}
              >
                <Select
                  options={kvChoices}
                  value={draft.kvCache}
                  onChange={(kvCache) => change({ kvCache })}
                  className="w-full"
                />
              </Field>
              <Field label="Flash attention" description="Quicker with long contexts, where the hardware can do it.">
                <Select
                  options={flashChoices}
                  value={draft.flashAttention}
                  onChange={(flashAttention) => change({ flashAttention })}
                  className="w-full"
                />
              </Field>
            </div>
          </Disclosure>
          <Disclosure
            title="Program, folder and port"
            defaultOpen={kept.program !== null || kept.modelsFolder !== null}
          >
            <div className="flex flex-col gap-4 pt-1">
              <Field
                label="Program"
                description="Where it isn’t in a usual place: its full path."
                error={errors.program}
              >
                <Input
                  value={draft.program}
                  placeholder="The usual places"
                  onChange={(program) => change({ program })}
                />
              </Field>
              <Field
                label="Models folder"
                description="Where models are kept: a full path. Empty is the folder that OLLAMA_MODELS in your environment names, else Ollama’s own. Models that lie elsewhere stay there."
                error={errors.modelsFolder}
              >
                <Input
                  value={draft.modelsFolder}
                  placeholder="Ollama’s own"
                  onChange={(modelsFolder) => change({ modelsFolder })}
                />
              </Field>
              <NumberField name="port" draft={draft} errors={errors} onChange={change} />
            </div>
          </Disclosure>
          <Disclosure title="Advanced" note="few need these" defaultOpen={Object.keys(kept.advanced).length > 0}>
            <Variables chosen={draft.advanced} onChange={(advanced) => change({ advanced })} />
          </Disclosure>
        </>
      )}
      {save.error && (
        <p role="alert" className="text-dense text-danger">
          It wasn’t saved. {save.error.message}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" variant={changed ? 'primary' : 'secondary'} disabled={!changed} busy={save.isPending}>
          Save
        </Button>
        {changed && (
          <Button
            variant="ghost"
            onClick={() => {
              setDraft(draftOf(kept));
              setErrors({});
            }}
          >
            Undo changes
          </Button>
        )}
        {changed && runs === 'owned' && (
          <span className="text-caption text-muted-foreground">Needs a restart of Ollama to take effect.</span>
        )}
      </div>
    </form>
  );
}

interface VariablesProps {
  chosen: Record<string, string>;
  onChange: (chosen: Record<string, string>) => void;
}

/** The variables of Ollama that have no setting of their own. What can’t be is said when it is saved. */
function Variables({ chosen, onChange }: VariablesProps) {
  const known = useCall('ollama/variables', {});
  if (known.isPending) return <SkeletonRows label="Loading what can be set" rows={3} />;
  if (known.error)
    return <Failure title="What can be set didn’t load" error={known.error} onRetry={() => void known.refetch()} />;
  return (
    <div className="grid gap-4 pt-1 sm:grid-cols-2">
      {known.data.map(({ name, meaning, takes }) => (
        <Field key={name} label={name} description={`${meaning} Takes ${takes}.`}>
          <Input
            value={chosen[name] ?? ''}
            placeholder="Ollama decides"
            className="font-mono"
            onChange={(value) => onChange({ ...chosen, [name]: value })}
          />
        </Field>
      ))}
    </div>
  );
}

interface NumberFieldProps {
  name: NumberName;
  draft: Draft;
  errors: Errors;
  onChange: (changes: Partial<Draft>) => void;
}

function NumberField({ name, draft, errors, onChange }: NumberFieldProps) {
  const rule = numberRules[name];
  return (
    <Field label={rule.label} description={`${rule.note} ${rangeWords(rule)}.`} error={errors[name]}>
      <Input
        inputMode="numeric"
        value={draft[name]}
        placeholder={rule.empty.words}
        className="tabular max-w-40"
        onChange={(next) => onChange({ [name]: next })}
      />
    </Field>
  );
}
