/** A variant of a model: a form and its Modelfile side by side. The text is the truth; the form changes it, and shows what it says. */
import { FilePlus2, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';

import type { Model } from '@/api/generated';
import { toApiError } from '@/api/error';
import { useCall, useClient, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Disclosure } from '@/components/disclosure';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { Textarea } from '@/components/textarea';
import { showToast } from '@/components/toast';
import { useHost } from '@/host/host';

import { nameOf } from '../facts';
import {
  formOf,
  modelfileProblems,
  parameterProblem,
  parameterRules,
  withField,
  withParameters,
  type VariantForm,
} from '../modelfile';
import { nameProblem } from './name-dialog';

const quantizeChoices = [
  { value: 'keep', label: 'As it is' },
  { value: 'q8_0', label: 'q8_0', note: 'large, nearly exact' },
  { value: 'q4_K_M', label: 'q4_K_M', note: 'the usual' },
  { value: 'q4_K_S', label: 'q4_K_S', note: 'smaller' },
] as const;

export function VariantDialog({ model, onClose }: { model: Model; onClose: () => void }) {
  const before = nameOf(model.id);
  const details = useCall('model/show', { id: model.id });
  const [name, setName] = useState(`my-${(before.split('/').at(-1) ?? before).replace(/:.*$/, '')}`);
  const [text, setText] = useState(`FROM ${before}\n`);
  const [quantize, setQuantize] = useState<(typeof quantizeChoices)[number]['value']>('keep');
  const [adapter, setAdapter] = useState<Adapter | null>(null);
  const create = useMutate('model/create', {
    onDone: ({ title }) => {
      showToast({ title: `${title} is being made` });
      onClose();
    },
  });
  const change = (next: string) => {
    setText(next);
    create.reset();
  };
  const form = formOf(text);
  const problems = modelfileProblems(text);
  const wrongName = nameProblem(name);
  const hint = details.data?.system;
  const make = () =>
    create.mutate({
      name: name.trim(),
      modelfile: text,
      parameters: {},
      ...(adapter === null ? {} : { adapter: adapter.handle }),
      ...(quantize === 'keep' ? {} : { quantize }),
    });
  return (
    <Dialog
      open
      onClose={onClose}
      width="large"
      title={`A variant of ${model.name}`}
      description="It shares the model’s files and takes next to no space, unless it is quantised anew."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={create.isPending}
            disabled={problems.length > 0 || wrongName !== undefined}
            onClick={make}
          >
            Make variant
          </Button>
        </>
      }
    >
      <div className="grid gap-5 md:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Field label="Name" error={name.trim() === '' ? 'Give it a name.' : wrongName}>
            <Input value={name} className="font-mono" onChange={setName} />
          </Field>
          <Field label="System prompt" description="What it is told before every conversation.">
            <Textarea
              value={form.system}
              minRows={3}
              maxRows={8}
              placeholder={hint ?? 'You answer briefly.'}
              onChange={(next) => change(withField(text, 'system', next))}
            />
          </Field>
          <Parameters form={form} onChange={(parameters) => change(withParameters(text, parameters))} />
          <Disclosure title="Template, adapter, quantisation" defaultOpen={form.template !== ''}>
            <div className="flex flex-col gap-4 pt-1">
              <Field label="Template" description="Empty keeps the model’s own.">
                <Textarea
                  value={form.template}
                  minRows={2}
                  maxRows={8}
                  spellCheck={false}
                  className="font-mono text-caption!"
                  onChange={(next) => change(withField(text, 'template', next))}
                />
              </Field>
              <AdapterField chosen={adapter} onChoose={setAdapter} />
              <Field label="Quantise" description="Only a model in f16 or f32 can be made smaller.">
                <Select options={quantizeChoices} value={quantize} onChange={setQuantize} className="w-full" />
              </Field>
            </div>
          </Disclosure>
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <Field label="Modelfile" description="The same as a text. Both change together.">
            <Textarea
              value={text}
              minRows={14}
              maxRows={20}
              spellCheck={false}
              className="font-mono text-caption!"
              onChange={change}
            />
          </Field>
          {problems.length > 0 && (
            <ul role="alert" className="flex flex-col gap-1 text-caption text-danger">
              {problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          )}
          {create.error && (
            <p role="alert" className="text-dense text-danger">
              {create.error.message}
            </p>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Parameters({
  form: { parameters },
  onChange,
}: {
  form: VariantForm;
  onChange: (parameters: VariantForm['parameters']) => void;
}) {
  const free = Object.keys(parameterRules).filter(
    (name) => name === 'stop' || !parameters.some((parameter) => parameter.name === name),
  );
  const names = (current: string) => [...new Set([current, ...free])].filter(Boolean);
  return (
    <section aria-label="Parameters" className="flex flex-col gap-2">
      <p className="text-dense font-medium">Parameters</p>
      {parameters.map(({ name, value }, index) => (
        <div key={index} className="flex items-start gap-2">
          <Select
            aria-label="Parameter"
            options={names(name).map((option) => ({ value: option, label: option }))}
            value={name}
            onChange={(next) => onChange(parameters.with(index, { name: next, value }))}
            className="w-36"
          />
          <Field
            label={`Value of ${name}`}
            hideLabel
            error={value === '' ? undefined : parameterProblem(name, value)}
            className="flex-1"
          >
            <Input value={value} onChange={(next) => onChange(parameters.with(index, { name, value: next }))} />
          </Field>
          <IconButton
            label={`Remove ${name}`}
            icon={Trash2}
            onClick={() => onChange(parameters.filter((_, other) => other !== index))}
          />
        </div>
      ))}
      <Button
        variant="ghost"
        icon={Plus}
        className="-ml-2 self-start"
        disabled={free.length === 0}
        onClick={() => onChange([...parameters, { name: free[0] ?? 'stop', value: usualValues[free[0] ?? ''] ?? '' }])}
      >
        Add a parameter
      </Button>
    </section>
  );
}

interface Adapter {
  handle: string;
  name: string;
}

/** A LoRA of one's own: a file, not a line of the text. */
function AdapterField({ chosen, onChoose }: { chosen: Adapter | null; onChoose: (adapter: Adapter | null) => void }) {
  const host = useHost();
  const client = useClient();
  const [state, setState] = useState<{ busy: boolean; problem?: string }>({ busy: false });
  const choose = async () => {
    const file = await host.pickModelFile();
    if (!file) return;
    setState({ busy: true });
    try {
      const adapter =
        file.type === 'handle'
          ? { handle: file.handle, name: file.name }
          : { handle: await client.upload(file.file), name: file.file.name };
      setState({ busy: false });
      onChoose(adapter);
    } catch (thrown) {
      setState({ busy: false, problem: toApiError(thrown).message });
    }
  };
  return (
    <section aria-label="Adapter" className="flex flex-col gap-1.5">
      <p className="text-dense font-medium">Adapter</p>
      <p className="text-caption text-muted-foreground">A LoRA for this model, a file in the GGUF format.</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button icon={FilePlus2} busy={state.busy} onClick={() => void choose()}>
          {chosen === null ? 'Choose a file' : 'Choose another'}
        </Button>
        {chosen !== null && (
          <>
            <span className="min-w-0 text-dense break-all">{chosen.name}</span>
            <IconButton label="Remove the adapter" icon={Trash2} onClick={() => onChoose(null)} />
          </>
        )}
      </div>
      {state.problem !== undefined && (
        <p role="alert" className="text-caption text-danger">
          {state.problem}
        </p>
      )}
    </section>
  );
}

const usualValues: Record<string, string> = {
  temperature: '0.7',
  top_p: '0.9',
  top_k: '40',
  min_p: '0.05',
  num_ctx: '4096',
  num_predict: '-1',
  repeat_penalty: '1.1',
  repeat_last_n: '64',
  seed: '0',
  typical_p: '0.9',
  num_keep: '4',
  presence_penalty: '0.5',
  frequency_penalty: '0.5',
  num_batch: '512',
  num_gpu: '-1',
  main_gpu: '0',
  num_thread: '0',
  use_mmap: 'true',
  draft_num_predict: '4',
};
