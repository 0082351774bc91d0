/** A condition put together of rows, beside its text: both say the same, and either can be written. */
import { Plus, X } from 'lucide-react';
import { useMemo, useState } from 'react';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { Segmented } from '@/components/segmented';
import { Select } from '@/components/select';

import { useDefinition, useEditor } from '../model/use-editor';
import { isAlone, namesAt, ops, readRows, writeRows, type Row, type Rows } from './conditions';
import { LiveValue } from './live-value';
import { SuggestField } from './suggest-field';

export interface ConditionRowsProps {
  /** At which step it is asked. */
  node: string;
  text: string;
  onChange: (text: string) => void;
}

const fresh: Row = { field: '', op: 'eq', value: '' };

export function ConditionRows({ node, text, onChange }: ConditionRowsProps) {
  const { kinds } = useEditor();
  const definition = useDefinition();
  const names = useMemo(() => namesAt(definition, kinds, node), [definition, kinds, node]);
  // A row without a field can't be kept yet.
  const [draft, setDraft] = useState<{ rows: Rows; text: string } | null>(null);
  const read = draft?.text === text ? draft.rows : readRows(text);
  if (!read) {
    return (
      <p className="text-caption text-muted-foreground">This is more than rows can say. It holds as it is written.</p>
    );
  }
  const set = (rows: Rows) => {
    const written = writeRows(rows);
    setDraft({ rows, text: written });
    if (written !== text) onChange(written);
  };
  const change = (index: number, changes: Partial<Row>) =>
    set({ ...read, rows: read.rows.map((row, at) => (at === index ? { ...row, ...changes } : row)) });
  return (
    <div role="group" aria-label="As rows" className="flex flex-col gap-2">
      {read.rows.length > 1 && (
        <Segmented
          aria-label="How many must hold"
          value={read.join}
          onChange={(join) => set({ ...read, join })}
          options={[
            { value: 'and', label: 'All hold' },
            { value: 'or', label: 'One holds' },
          ]}
        />
      )}
      {read.rows.map((row, index) => (
        <div key={index} className="flex flex-col gap-1.5 rounded-control border border-border p-2">
          <div className="flex items-start gap-1">
            <div className="min-w-0 flex-1">
              <SuggestField
                label={`Value ${index + 1}`}
                hideLabel
                value={row.field}
                items={names}
                placeholder="nodes.STEP.PORT"
                none="Nothing before this step is called so."
                onChange={(field) => change(index, { field })}
              />
            </div>
            <IconButton
              label={`Remove row ${index + 1}`}
              icon={X}
              onClick={() => set({ ...read, rows: read.rows.filter((_, at) => at !== index) })}
            />
          </div>
          <div className="flex gap-1">
            <Select
              aria-label={`How value ${index + 1} is compared`}
              className="w-36 shrink-0"
              options={ops}
              value={row.op}
              onChange={(op) => change(index, { op })}
            />
            {!isAlone(row.op) && (
              <Input
                aria-label={`With what value ${index + 1} is compared`}
                value={row.value}
                placeholder="text or number"
                onChange={(value) => change(index, { value })}
              />
            )}
          </div>
          {row.field !== '' && <LiveValue node={node} text={row.field} template={false} />}
        </div>
      ))}
      <Button
        variant="ghost"
        icon={Plus}
        className="self-start"
        onClick={() => set({ ...read, rows: [...read.rows, fresh] })}
      >
        Add a row
      </Button>
    </div>
  );
}
