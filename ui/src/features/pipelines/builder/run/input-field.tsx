import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Switch } from '@/components/switch';
import { Textarea } from '@/components/textarea';

import type { InputSpec } from '../../shared/definition';
import { typeWords } from '../../shared/types';
import { controlOf } from './run-form';

export interface InputFieldProps {
  name: string;
  input: InputSpec;
  text: string;
  problem: string | null;
  onChange: (text: string) => void;
}

export function InputField({ name, input, text, problem, onChange }: InputFieldProps) {
  const control = controlOf(input);
  const label = input.label ?? name;
  const hints: Record<string, string> = {
    list: 'One to a line.',
    path: 'Its full path on the computer where Web+ runs.',
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
        <Input
          value={text}
          onChange={onChange}
          inputMode={control === 'number' ? 'decimal' : undefined}
          className={control === 'path' ? 'font-mono text-dense!' : undefined}
        />
      )}
    </Field>
  );
}
