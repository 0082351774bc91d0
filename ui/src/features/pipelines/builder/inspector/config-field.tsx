/** One field of a step, by what it holds. */
import type { ReactNode } from 'react';

import { useCall } from '@/api/query';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { Switch } from '@/components/switch';
import { Textarea } from '@/components/textarea';

import type { PipelineField } from '../../shared/api';
import { isRecord, type NodeSpec } from '../../shared/definition';
import { changed, setConfig } from '../model/edits';
import { useEditor, useEditorState } from '../model/use-editor';
import { ConditionRows } from './condition-rows';
import { JsonField } from './json-field';
import { LiveValue } from './live-value';
import { MessagesField } from './messages-field';
import { ModelField } from './model-field';
import { PairsField } from './pairs-field';
import { Words } from './words';

/** Expressions that must be true or false; others may give anything. */
const conditions: ReadonlySet<string> = new Set(['condition.if', 'loop.until', 'assert.that']);

export function ConfigField({ node, field, error }: { node: NodeSpec; field: PipelineField; error: string | null }) {
  const editor = useEditor();
  const value = node.config?.[field.name];
  const set = (next: unknown) =>
    editor.edit(
      `Change ${field.label}`,
      (definition) => setConfig(definition, node.id, field.name, next),
      `${node.id}.${field.name}`,
    );
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  const usual = field.default;
  const placeholder = usual === undefined ? undefined : typeof usual === 'string' ? usual : JSON.stringify(usual);
  const setText = (next: string) => set(next === '' ? undefined : next);
  const words = {
    label: field.required ? `${field.label} (required)` : field.label,
    description: <Words>{field.secret ? `${field.help} \`secret://NAME\` may stand here.` : field.help}</Words>,
    error,
  };
  // A newer Web+ may have shapes that this page has never heard of: those are JSON.
  switch (field.shape as string) {
    case 'model':
      return (
        <WithValue node={node} text={text} template>
          <ModelField {...words} value={text} onChange={setText} />
        </WithValue>
      );
    case 'long_template':
    case 'code': {
      const area = (
        <Field {...words}>
          <Textarea
            value={text}
            onChange={setText}
            minRows={4}
            maxRows={24}
            spellCheck={false}
            className="font-mono text-dense!"
          />
        </Field>
      );
      // A program is never rendered.
      return field.shape === 'code' ? (
        area
      ) : (
        <WithValue node={node} text={text} template>
          {area}
        </WithValue>
      );
    }
    case 'expression':
      return (
        <div className="flex flex-col gap-1">
          <WithValue node={node} text={text}>
            <Field {...words}>
              <Textarea
                value={text}
                onChange={setText}
                minRows={1}
                maxRows={8}
                spellCheck={false}
                className="font-mono text-dense!"
              />
            </Field>
          </WithValue>
          {conditions.has(`${node.kind}.${field.name}`) && (
            <ConditionRows node={node.id} text={text} onChange={setText} />
          )}
        </div>
      );
    case 'template':
    case 'duration':
    case 'text':
      return (
        <WithValue node={node} text={field.shape === 'text' ? '' : text} template>
          <Field {...words}>
            <Input
              value={text}
              onChange={setText}
              placeholder={placeholder}
              className={field.shape === 'text' ? undefined : 'font-mono text-dense!'}
            />
          </Field>
        </WithValue>
      );
    case 'pipeline':
      return <PipelineField {...words} value={text} onChange={setText} />;
    case 'number':
      return (
        <Field {...words}>
          <Input
            inputMode="decimal"
            value={text}
            placeholder={placeholder}
            onChange={(next) => set(next === '' ? undefined : Number.isFinite(Number(next)) ? Number(next) : next)}
          />
        </Field>
      );
    case 'bool':
      return (
        <Field {...words} inline>
          <Switch checked={(value ?? usual) === true} onChange={(next) => set(unlessUsual(field, next))} />
        </Field>
      );
    case 'choice':
      return (
        <Field {...words}>
          <Select
            options={choicesOf(field)}
            value={text === '' ? (typeof usual === 'string' ? usual : field.required ? null : asUsual) : text}
            onChange={(next) => set(next === asUsual ? undefined : unlessUsual(field, next))}
          />
        </Field>
      );
    case 'map':
    case 'expressions':
      return (
        <PairsField
          label={words.label}
          description={words.description}
          value={value}
          onChange={set}
          second={field.shape === 'map' ? 'text' : 'expression'}
          below={(one) => <LiveValue node={node.id} text={one} template={field.shape === 'map'} />}
        />
      );
    case 'words':
    case 'template_list':
      return (
        <Field {...words} description={<>{words.description} One to a line.</>}>
          <Textarea
            value={Array.isArray(value) ? value.join('\n') : text}
            placeholder={Array.isArray(usual) ? usual.join('\n') : undefined}
            onChange={(next) => set(next === '' ? undefined : next.split('\n'))}
            minRows={2}
            spellCheck={false}
            className="font-mono text-dense!"
          />
        </Field>
      );
    case 'messages':
      return (
        <MessagesField
          label={words.label}
          value={value}
          onChange={set}
          below={(content) => <LiveValue node={node.id} text={content} template />}
        />
      );
    case 'schema':
      return <SchemaField {...words} value={value} onChange={set} />;
    default:
      return <JsonField {...words} value={value} onChange={set} placeholder={placeholder} />;
  }
}

/** What a step does anyway isn't written down, so that what is written down is what somebody chose. */
const unlessUsual = (field: PipelineField, next: unknown): unknown => (next === field.default ? undefined : next);

/** The way back from a choice whose absence is no choice of its own: what the provider does then is its own. */
const asUsual = 'as usual';

function choicesOf({ choices, required, default: usual }: PipelineField): { value: string; label: string }[] {
  const options = choices.map((choice) => ({ value: choice, label: choice }));
  return required || usual !== undefined ? options : [{ value: asUsual, label: 'As usual' }, ...options];
}

/** A field with what its text gives now below it. */
function WithValue({
  node,
  text,
  template = false,
  children,
}: {
  node: NodeSpec;
  text: string;
  template?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="flex flex-col gap-1">
      {children}
      <LiveValue node={node.id} text={text} template={template} />
    </div>
  );
}

interface TextProps {
  label: string;
  description: ReactNode;
  error: string | null;
  value: string;
  onChange: (value: string) => void;
}

function PipelineField({ value, onChange, ...words }: TextProps) {
  const list = useCall('pipeline/list', {});
  const { id: own } = useEditor();
  const options = (list.data ?? []).filter(({ id }) => id !== own).map(({ id, name }) => ({ value: id, label: name }));
  if (value !== '' && !options.some((option) => option.value === value)) options.push({ value, label: value });
  return (
    <Field {...words}>
      <Select
        options={options}
        value={value === '' ? null : value}
        onChange={onChange}
        placeholder="Choose a pipeline"
      />
    </Field>
  );
}

/** One of the pipeline's schemas by name, edited in place; or a schema of the step's own. */
function SchemaField({
  value,
  onChange,
  ...words
}: Omit<TextProps, 'value' | 'onChange'> & { value: unknown; onChange: (value: unknown) => void }) {
  const editor = useEditor();
  const schemas = useEditorState((state) => state.definition.schemas);
  const name = typeof value === 'string' ? /^#\/schemas\/(.+)$/.exec(value)?.[1] : undefined;
  const options = [
    ...Object.keys(schemas ?? {}).map((key) => ({ value: `#/schemas/${key}`, label: key })),
    { value: 'own', label: 'A schema of its own' },
  ];
  return (
    <div className="flex flex-col gap-2">
      <Field {...words}>
        <Select
          options={options}
          value={name === undefined ? (isRecord(value) ? 'own' : null) : `#/schemas/${name}`}
          onChange={(next) =>
            onChange(next === 'own' ? (isRecord(value) ? value : { type: 'object', properties: {} }) : next)
          }
          placeholder="Choose a schema"
        />
      </Field>
      {name !== undefined && schemas?.[name] !== undefined && (
        <JsonField
          label={`JSON Schema “${name}”`}
          value={schemas[name]}
          minRows={4}
          onChange={(next) =>
            editor.edit(
              'Change a schema',
              (definition) => ({ ...definition, schemas: changed(definition.schemas ?? {}, { [name]: next }) }),
              `schema.${name}`,
            )
          }
        />
      )}
      {isRecord(value) && <JsonField label="JSON Schema" value={value} minRows={4} onChange={onChange} />}
    </div>
  );
}
