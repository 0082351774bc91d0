/** The parameters that the chosen model supports, with its ranges; one that isn't set uses the model's own default. */
import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';

import type { Parameters as Sampling, ParameterSpec, ReasoningEffort } from '@/api/generated';
import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Segmented } from '@/components/segmented';
import { Slider } from '@/components/slider';

import { JsonSchemaField } from './json-schema-field';
import { NumberParameter } from './number-parameter';
import { words } from './parameter-words';
import { StopField } from './stop-field';
import { useTyped } from './use-typed';

type Values = Partial<Sampling>;

export interface ParameterFieldsProps {
  /** Null where the model isn't known here. */
  specs: readonly ParameterSpec[] | null;
  model: string | undefined;
  values: Values;
  onChange: (values: Values) => void;
}

export function ParameterFields({ specs, model, values, onChange }: ParameterFieldsProps) {
  const unsupported = specs
    ? (Object.keys(values) as (keyof Values)[]).filter(
        (name) => isSet(values, name) && !specs.some((s) => s.name === name),
      )
    : [];
  const set = (name: keyof Values, value: unknown) => {
    const { [name]: _before, ...rest } = values;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  return (
    <section aria-label="Parameters" className="flex flex-col gap-5">
      <h3 className="text-dense font-medium">Parameters</h3>
      {specs === null && (
        <p className="text-dense text-muted-foreground">
          {model === undefined
            ? 'Choose a model, and what can be set for it stands here.'
            : 'This model isn’t here at the moment, so what can be set for it isn’t known.'}
        </p>
      )}
      {specs?.length === 0 && <p className="text-dense text-muted-foreground">This model has nothing to set.</p>}
      {unsupported.length > 0 && (
        <div className="flex flex-col items-start gap-2 rounded-control border border-warning-border bg-warning-surface p-3 text-dense">
          <p>
            {unsupported.map((name) => words[name].label).join(', ')}: set here, but not supported by this model, so it
            would refuse the turn.
          </p>
          <Button
            onClick={() =>
              onChange(
                Object.fromEntries(Object.entries(values).filter(([name]) => !unsupported.includes(name as never))),
              )
            }
          >
            Remove {unsupported.length === 1 ? 'it' : 'them'}
          </Button>
        </div>
      )}
      {specs?.map((spec) => (
        <Parameter
          key={spec.name}
          label={words[spec.name].label}
          about={words[spec.name].about}
          onReset={isSet(values, spec.name) ? () => set(spec.name, undefined) : undefined}
        >
          <Control spec={spec} value={values[spec.name]} onChange={(value) => set(spec.name, value)} />
        </Parameter>
      ))}
    </section>
  );
}

function isSet(values: Values, name: keyof Values): boolean {
  const value = values[name];
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

interface ParameterProps {
  label: string;
  about: string;
  onReset: (() => void) | undefined;
  children: ReactNode;
}

function Parameter({ label, about, onReset, children }: ParameterProps) {
  return (
    <div className="flex flex-col gap-1">
      <div className="flex min-h-8 items-center gap-2">
        <span className="text-dense font-medium">{label}</span>
        {onReset && (
          <IconButton
            label={`Reset ${label.toLowerCase()} to its default`}
            icon={RotateCcw}
            onClick={onReset}
            className="ml-auto"
          />
        )}
      </div>
      <p className="-mt-1 text-caption text-pretty text-muted-foreground">{about}</p>
      {children}
    </div>
  );
}

interface ControlProps {
  spec: ParameterSpec;
  value: unknown;
  onChange: (value: unknown) => void;
}

const efforts: readonly { value: ReasoningEffort; label: string }[] = [
  { value: 'none', label: 'None' },
  { value: 'low', label: 'Low' },
  { value: 'medium', label: 'Medium' },
  { value: 'high', label: 'High' },
];

function Control({ spec, value, onChange }: ControlProps) {
  const { label } = words[spec.name];
  switch (spec.name) {
    case 'stop':
      return (
        <StopField
          value={(value as string[] | undefined) ?? []}
          onChange={(list) => onChange(list.length === 0 ? undefined : list)}
        />
      );
    case 'jsonSchema':
      return <JsonSchemaField value={value} onChange={onChange} />;
    case 'reasoningEffort':
      return (
        <Segmented
          aria-label={label}
          options={efforts}
          value={(value as ReasoningEffort | undefined) ?? ('' as ReasoningEffort)}
          onChange={onChange}
        />
      );
    case 'temperature':
    case 'topP':
      return <SliderParameter spec={spec} label={label} value={value as number | undefined} onChange={onChange} />;
    default:
      return <NumberParameter spec={spec} label={label} value={value as number | undefined} onChange={onChange} />;
  }
}

function SliderParameter({
  spec,
  label,
  value,
  onChange,
}: {
  spec: ParameterSpec;
  label: string;
  value: number | undefined;
  onChange: (value: number) => void;
}) {
  // Where the provider tells no default, the usual one stands on the slider until something is set.
  const [shown, type] = useTyped(value ?? spec.default ?? 1, onChange);
  return (
    <div>
      <Slider label={label} value={shown} onChange={type} min={spec.min ?? 0} max={spec.max ?? 2} step={0.05} />
      {value === undefined && <p className="text-caption text-muted-foreground">The model’s default</p>}
    </div>
  );
}
