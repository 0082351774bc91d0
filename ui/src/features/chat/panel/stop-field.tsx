import { Field } from '@/components/field';
import { Textarea } from '@/components/textarea';

import { useTyped } from './use-typed';

const most = 4;

export function StopField({ value, onChange }: { value: readonly string[]; onChange: (value: string[]) => void }) {
  const [text, type, keep] = useTyped(value.join('\n'), (next) => {
    const list = lines(next);
    if (list.length <= most) onChange(list);
  });
  return (
    <Field label="Stop at" hideLabel error={lines(text).length > most ? `At most ${most}.` : null}>
      <Textarea value={text} onChange={type} onBlur={keep} minRows={2} maxRows={5} className="font-mono" />
    </Field>
  );
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
