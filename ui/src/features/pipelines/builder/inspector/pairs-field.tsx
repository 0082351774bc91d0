/** A name and a text each: headers, expressions, ways. */
import { Plus, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';

import { isRecord } from '../../shared/definition';

export interface PairsFieldProps {
  label: string;
  description?: ReactNode;
  value: unknown;
  onChange: (value: Record<string, string> | undefined) => void;
  /** What the second of a pair is called. */
  second?: string;
  /** What stands below a row, of its second. */
  below?: (text: string) => ReactNode;
}

export function PairsField({ label, description, value, onChange, second = 'value', below }: PairsFieldProps) {
  const kept = isRecord(value) ? Object.entries(value).map(([key, one]): [string, string] => [key, textOf(one)]) : [];
  // A row without a name can't be kept yet.
  const [open, setOpen] = useState<[string, string][]>([]);
  const rows = [...kept, ...open];
  const set = (index: number, pair: [string, string] | null) => {
    const next =
      pair === null ? rows.filter((_, at) => at !== index) : rows.map((row, at) => (at === index ? pair : row));
    setOpen(next.filter(([key], at) => key === '' || next.findIndex(([other]) => other === key) !== at));
    const named = Object.fromEntries(next.filter(([key]) => key !== ''));
    onChange(Object.keys(named).length > 0 ? named : undefined);
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="text-dense font-medium">{label}</legend>
      {description !== undefined && <p className="text-caption text-muted-foreground">{description}</p>}
      {rows.map(([key, one], index) => (
        <div key={index} className="flex flex-col gap-1">
          <div className="flex items-center gap-1">
            <Input
              aria-label={`${label}: name`}
              placeholder="name"
              value={key}
              onChange={(name) => set(index, [name, one])}
              className="w-2/5! shrink-0 font-mono text-dense!"
            />
            <Input
              aria-label={`${label}: ${second} of ${key === '' ? 'a new one' : key}`}
              placeholder={second}
              value={one}
              onChange={(text) => set(index, [key, text])}
              className="font-mono text-dense!"
            />
            <IconButton label={`Remove ${key === '' ? 'the row' : key}`} icon={X} onClick={() => set(index, null)} />
          </div>
          {below?.(one)}
        </div>
      ))}
      <Button variant="ghost" icon={Plus} className="self-start" onClick={() => setOpen([...open, ['', '']])}>
        Add a row
      </Button>
    </fieldset>
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
