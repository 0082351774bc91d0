import { Field } from '@/components/field';
import { Textarea } from '@/components/textarea';

import { typeWords } from '../../shared/types';
import { isText } from './edits';

export interface ValueFieldProps {
  label: string;
  help?: string | undefined;
  type: string;
  text: string;
  wrong: boolean;
  onChange: (text: string) => void;
}

export function ValueField({ label, help, type, text, wrong, onChange }: ValueFieldProps) {
  return (
    <Field
      label={label}
      description={help}
      error={wrong ? `This isn’t ${typeWords(type)} yet: write it as JSON.` : null}
    >
      <Textarea
        value={text}
        onChange={onChange}
        minRows={1}
        maxRows={10}
        className={isText(type) ? undefined : 'font-mono text-dense'}
      />
    </Field>
  );
}
