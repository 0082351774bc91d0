import type { ReactNode } from 'react';

import { Field } from '@/components/field';
import { Textarea } from '@/components/textarea';

import { parseJson, useJsonText, type Parsed } from './draft';

export interface JsonFieldProps {
  label: string;
  hideLabel?: boolean;
  description?: ReactNode;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string | null;
  minRows?: number;
  parse?: (text: string) => Parsed;
  placeholder?: string;
}

export function JsonField({
  label,
  hideLabel,
  description,
  value,
  onChange,
  error,
  minRows = 2,
  parse = parseJson,
  placeholder,
}: JsonFieldProps) {
  const { text, problem, onText } = useJsonText(value, onChange, parse);
  return (
    <Field label={label} hideLabel={hideLabel} description={description} error={problem ?? error ?? null}>
      <Textarea
        value={text}
        onChange={onText}
        minRows={minRows}
        maxRows={20}
        spellCheck={false}
        placeholder={placeholder}
        className="font-mono text-dense!"
      />
    </Field>
  );
}
