import { Field } from '@/components/field';
import { Textarea } from '@/components/textarea';

import { useTyped } from './use-typed';

export function JsonSchemaField({ value, onChange }: { value: unknown; onChange: (value: unknown) => void }) {
  const [text, type, keep] = useTyped(
    value === undefined || value === null ? '' : JSON.stringify(value, null, 2),
    (next) => {
      const read = readSchema(next);
      if (read.error === null) onChange(read.value);
    },
  );
  return (
    <Field label="JSON schema" hideLabel error={readSchema(text).error}>
      <Textarea
        value={text}
        onChange={type}
        onBlur={keep}
        minRows={3}
        maxRows={16}
        spellCheck={false}
        placeholder='{ "type": "object" }'
        className="font-mono text-dense!"
      />
    </Field>
  );
}

/** Nothing is no schema; else it has to be an object. */
export function readSchema(text: string): { value: unknown; error: string | null } {
  if (text.trim() === '') return { value: undefined, error: null };
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { value, error: null } : { value: undefined, error: 'A schema is a JSON object: { … }.' };
  } catch (thrown) {
    return { value: undefined, error: `Not JSON yet: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
}
