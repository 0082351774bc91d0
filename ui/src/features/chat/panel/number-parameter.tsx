import type { ParameterSpec } from '@/api/generated';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { formatCount } from '@/lib/format';

import { useTyped } from './use-typed';

export interface NumberParameterProps {
  spec: ParameterSpec;
  label: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}

/** A whole number; empty is the default. */
export function NumberParameter({ spec, label, value, onChange }: NumberParameterProps) {
  const [text, type, keep] = useTyped(value === undefined ? '' : String(value), (next) => {
    const read = readNumber(next, spec);
    if (read.error === null) onChange(read.value);
  });
  return (
    <Field label={label} hideLabel error={readNumber(text, spec).error}>
      <Input
        inputMode="numeric"
        value={text}
        onChange={type}
        onBlur={keep}
        placeholder={spec.default === undefined ? 'The model’s default' : formatCount(spec.default)}
        className="tabular"
      />
    </Field>
  );
}

export function readNumber(
  text: string,
  { min = 0, max }: ParameterSpec,
): { value: number | undefined; error: string | null } {
  if (text.trim() === '') return { value: undefined, error: null };
  const value = Number(text.replaceAll(/[\s,]/g, ''));
  if (!Number.isSafeInteger(value))
    return { value: undefined, error: 'Write a whole number, or nothing for the default.' };
  if (value < min || (max !== undefined && value > max)) {
    const range = max === undefined ? `${formatCount(min)} or more` : `${formatCount(min)} to ${formatCount(max)}`;
    return { value: undefined, error: `It can be ${range}.` };
  }
  return { value, error: null };
}
