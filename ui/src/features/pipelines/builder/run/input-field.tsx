import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Switch } from '@/components/switch';
import { Textarea } from '@/components/textarea';

import type { InputSpec } from '../../shared/definition';
import { typeWords } from '../../shared/types';
import { PathField } from './path-field';
import { controlOf, placeOf, type Picked } from './run-form';

export interface InputFieldProps {
  name: string;
  input: InputSpec;
  text: string;
  problem: string | null;
  onChange: (text: string) => void;
  /** What was chosen with the system's dialog, of an input that is a place on the disk. */
  picked: Picked | null;
  onPick: (picked: Picked | null) => void;
}

export function InputField({ name, input, text, problem, onChange, picked, onPick }: InputFieldProps) {
  const control = controlOf(input);
  const label = input.label ?? name;
  const hints: Record<string, string> = {
    list: 'One to a line.',
    json: `JSON: ${typeWords(input.type)}.`,
  };
  const words = {
    label: input.required === true ? `${label} (required)` : label,
    description: [input.help, hints[control]].filter(Boolean).join(' ') || undefined,
    error: problem,
  };
  if (control === 'bool') {
    return (
      <Field {...words} inline>
        <Switch checked={text === 'true'} onChange={(next) => onChange(next ? 'true' : '')} />
      </Field>
    );
  }
  if (control === 'path') {
    return (
      <PathField
        label={words.label}
        description={words.description}
        what={placeOf(input)}
        text={text}
        problem={problem}
        picked={picked}
        onChange={onChange}
        onPick={onPick}
      />
    );
  }
  const long = control === 'text' || control === 'list' || control === 'json';
  return (
    <Field {...words}>
      {long ? (
        <Textarea
          value={text}
          onChange={onChange}
          minRows={control === 'text' ? 3 : 2}
          className={control === 'json' ? 'font-mono text-dense!' : undefined}
        />
      ) : (
        <Input value={text} onChange={onChange} inputMode={control === 'number' ? 'decimal' : undefined} />
      )}
    </Field>
  );
}
