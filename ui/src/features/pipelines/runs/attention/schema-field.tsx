/** A field of a form out of a JSON Schema. */
import { Checkbox } from '@/components/checkbox';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { Textarea } from '@/components/textarea';

import type { FormField } from './schema-form';

export interface SchemaFieldProps {
  field: FormField;
  value: string | boolean;
  onChange: (value: string | boolean) => void;
  error: string | null;
}

export function SchemaField({ field, value, onChange, error }: SchemaFieldProps) {
  const { label, help, kind, required } = field;
  if (typeof value === 'boolean') {
    return (
      <div>
        <Checkbox checked={value} onChange={onChange}>
          {label}
        </Checkbox>
        {help !== '' && <p className="pl-6 text-caption text-muted-foreground">{help}</p>}
      </div>
    );
  }
  return (
    <Field
      label={required ? label : `${label} (if you like)`}
      description={help === '' ? (kind === 'lines' ? 'One a line.' : undefined) : help}
      error={error}
    >
      {kind === 'choice' ? (
        <Select
          value={value === '' ? null : value}
          onChange={onChange}
          options={field.choices.map((choice) => ({
            value: JSON.stringify(choice),
            label: typeof choice === 'string' ? choice : JSON.stringify(choice),
          }))}
        />
      ) : kind === 'line' || kind === 'number' || kind === 'integer' ? (
        <Input value={value} onChange={onChange} inputMode={kind === 'line' ? undefined : 'decimal'} />
      ) : (
        <Textarea
          value={value}
          onChange={onChange}
          minRows={kind === 'json' ? 3 : 2}
          className={kind === 'json' ? 'font-mono text-dense' : undefined}
          spellCheck={kind === 'text'}
        />
      )}
    </Field>
  );
}
