/** The pipeline as a whole: what it is called, what goes in and out, what holds for all its steps. */
import { Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { ScrollArea } from '@/components/scroll-area';
import { Select } from '@/components/select';
import { Switch } from '@/components/switch';
import { Textarea } from '@/components/textarea';

import type { Definition, InputSpec, OutputSpec } from '../../shared/definition';
import { portsOf } from '../../shared/graph';
import { JsonField } from '../inspector/json-field';
import { parseLoose } from '../inspector/draft';
import { changed } from '../model/edits';
import { useDefinition, useEditor } from '../model/use-editor';
import { SecretNames } from './secret-names';

export default function SettingsView({ actions }: { actions: ReactNode }) {
  const editor = useEditor();
  const definition = useDefinition();
  const set = (changes: { [K in keyof Definition]?: Definition[K] | undefined }) =>
    editor.edit('Change settings', (now) => changed(now, changes), `settings.${Object.keys(changes).join()}`);
  const pipelines = useCall('pipeline/list', {});
  return (
    <ScrollArea className="h-full p-4">
      <div className="mx-auto flex max-w-180 flex-col gap-6 pb-8">
        <Section title="Names">
          <Field label="Name">
            <Input
              value={definition.name ?? ''}
              placeholder={definition.id}
              onChange={(name) => set({ name: name === '' ? undefined : name })}
            />
          </Field>
          <Field label="What it is for">
            <Textarea
              value={definition.description ?? ''}
              minRows={2}
              onChange={(description) => set({ description: description === '' ? undefined : description })}
            />
          </Field>
        </Section>
        <Inputs inputs={definition.inputs ?? {}} onChange={(inputs) => set({ inputs })} />
        <Outputs outputs={definition.outputs ?? {}} onChange={(outputs) => set({ outputs })} />
        <Section title="When a run fails">
          <Field label="Then run" description="It is given the run that failed.">
            <Select
              value={definition.on_failure ?? 'none'}
              onChange={(id) => set({ on_failure: id === 'none' ? undefined : id })}
              options={[
                { value: 'none', label: 'Nothing' },
                ...(pipelines.data ?? [])
                  .filter(({ id }) => id !== editor.id)
                  .map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          </Field>
        </Section>
        <Section title="For all steps">
          <JsonField
            label="Variables"
            description={'A start value for each: {"count": 0}. A step “Set a variable” changes them.'}
            value={definition.vars}
            onChange={(vars) => set({ vars: vars as Definition['vars'] })}
          />
          <JsonField
            label="Usual retries, time-outs and budget"
            description={
              'Such as {"retry": {"max_attempts": 3}, "timeout": {"run": "30m"}, "budget": {"usd": 0.5, "on_exceed": "pause"}}.'
            }
            value={definition.defaults}
            onChange={(defaults) => set({ defaults: defaults as Definition['defaults'] })}
          />
          <JsonField
            label="Runs at once"
            description={'Such as {"max_runs": 2}.'}
            value={definition.concurrency}
            onChange={(concurrency) => set({ concurrency: concurrency as Definition['concurrency'] })}
          />
          <JsonField
            label="Schemas"
            description="JSON Schemas by name; a step names one as #/schemas/NAME."
            value={definition.schemas}
            onChange={(schemas) => set({ schemas: schemas as Definition['schemas'] })}
          />
        </Section>
        <Secrets names={definition.secrets ?? []} onChange={(secrets) => set({ secrets })} />
        {actions}
      </div>
    </ScrollArea>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-heading">{title}</h2>
      {children}
    </section>
  );
}

const types = ['text', 'markdown', 'number', 'bool', 'list<text>', 'file', 'dir', 'json', 'image', 'table', 'any'];
const typeOptions = (type: string) =>
  (types.includes(type) ? types : [...types, type]).map((value) => ({ value, label: value }));

function Inputs({
  inputs,
  onChange,
}: {
  inputs: Record<string, InputSpec>;
  onChange: (inputs: Record<string, InputSpec> | undefined) => void;
}) {
  const set = (name: string, input: InputSpec | undefined) =>
    onChange(changed<Record<string, InputSpec>>(inputs, { [name]: input }));
  return (
    <Section title="Inputs">
      <p className="text-dense text-muted-foreground">
        What a run is given. Texts name them as inputs.NAME; the form before a run is made from them.
      </p>
      {Object.entries(inputs).map(([name, input]) => (
        <div key={name} className="grid grid-cols-[1fr_auto] gap-2 rounded-control border border-border p-3">
          <div className="grid gap-2 sm:grid-cols-2">
            <Field label={`${name}: label`}>
              <Input
                value={input.label ?? ''}
                placeholder={name}
                onChange={(label) => set(name, changed(input, { label: label || undefined }))}
              />
            </Field>
            <Field label={`${name}: type`}>
              <Select
                value={input.type}
                options={typeOptions(input.type)}
                onChange={(type) => set(name, { ...input, type })}
              />
            </Field>
            <JsonField
              label={`${name}: when nothing is given`}
              value={input.default}
              minRows={1}
              parse={parseLoose}
              onChange={(value) => set(name, changed(input, { default: value }))}
            />
            <Field label={`${name}: required`} inline>
              <Switch
                checked={input.required === true}
                onChange={(next) => set(name, changed(input, { required: next ? true : undefined }))}
              />
            </Field>
          </div>
          <IconButton label={`Delete input ${name}`} icon={Trash2} onClick={() => set(name, undefined)} />
        </div>
      ))}
      <AddNamed what="input" taken={Object.keys(inputs)} onAdd={(name) => set(name, { type: 'text' })} />
    </Section>
  );
}

function Outputs({
  outputs,
  onChange,
}: {
  outputs: Record<string, OutputSpec>;
  onChange: (outputs: Record<string, OutputSpec> | undefined) => void;
}) {
  const { kinds } = useEditor();
  const definition = useDefinition();
  const froms = definition.nodes.flatMap((node) =>
    portsOf(node, kinds.get(node.kind)).map(({ name }) => `${node.id}.${name}`),
  );
  const set = (name: string, output: OutputSpec | undefined) =>
    onChange(changed<Record<string, OutputSpec>>(outputs, { [name]: output }));
  return (
    <Section title="Results">
      <p className="text-dense text-muted-foreground">What a run gives back, each from a step’s port.</p>
      {Object.entries(outputs).map(([name, output]) => (
        <div key={name} className="flex items-end gap-2">
          <Field label={name} className="flex-1">
            <Select
              value={output.from}
              options={(froms.includes(output.from) ? froms : [...froms, output.from]).map((value) => ({
                value,
                label: value,
              }))}
              onChange={(from) => set(name, { ...output, from })}
            />
          </Field>
          <IconButton label={`Delete result ${name}`} icon={Trash2} onClick={() => set(name, undefined)} />
        </div>
      ))}
      <AddNamed what="result" taken={Object.keys(outputs)} onAdd={(name) => set(name, { from: froms[0] ?? '' })} />
    </Section>
  );
}

function Secrets({ names, onChange }: { names: string[]; onChange: (names: string[] | undefined) => void }) {
  return (
    <Section title="Secrets">
      <p className="text-dense text-muted-foreground">
        Names only. A step writes secret://NAME where a key belongs; what it is stays where you enter it.
      </p>
      <SecretNames
        names={names}
        onRemove={(name) => {
          const left = names.filter((one) => one !== name);
          onChange(left.length > 0 ? left : undefined);
        }}
      />
      <AddNamed what="secret" taken={names} onAdd={(name) => onChange([...names, name])} />
    </Section>
  );
}

function AddNamed({ what, taken, onAdd }: { what: string; taken: readonly string[]; onAdd: (name: string) => void }) {
  const [name, setName] = useState('');
  const wrong = name !== '' && (!/^[a-z][a-z0-9_]*$/.test(name) || taken.includes(name));
  return (
    <form
      className="flex items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name === '' || wrong) return;
        onAdd(name);
        setName('');
      }}
    >
      <Field
        label={`Name of a new ${what}`}
        hideLabel
        error={wrong ? 'A name of its own: small letters, digits and _.' : null}
        className="w-56"
      >
        <Input value={name} onChange={setName} placeholder={`new_${what}`} className="font-mono text-dense!" />
      </Field>
      <Button type="submit" icon={Plus} disabled={name === '' || wrong} className="h-9!">
        Add {what}
      </Button>
    </form>
  );
}
