/** A place on the disk: chosen with the system's dialog where there is one, typed where there isn't. */
import { FileInput, FolderInput, X } from 'lucide-react';
import { useState } from 'react';

import { toApiError } from '@/api/error';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { useHost } from '@/host/host';

import type { Picked } from './run-form';

export interface PathFieldProps {
  label: string;
  description: string | undefined;
  what: 'file' | 'folder';
  text: string;
  problem: string | null;
  picked: Picked | null;
  onChange: (text: string) => void;
  onPick: (picked: Picked | null) => void;
}

export function PathField({ label, description, what, text, problem, picked, onChange, onPick }: PathFieldProps) {
  const host = useHost();
  const [refused, setRefused] = useState<string | null>(null);
  const pick = () => {
    setRefused(null);
    host
      .pickPath(what)
      .then((choice) => choice && onPick(choice))
      .catch((thrown: unknown) => setRefused(toApiError(thrown).message));
  };
  const desktop = host.kind === 'desktop';
  return (
    <div className="flex items-end gap-2">
      <Field
        label={label}
        description={
          [description, desktop ? '' : 'Its full path on the computer where Web+ runs.'].filter(Boolean).join(' ') ||
          undefined
        }
        error={refused ?? problem}
        className="flex-1"
      >
        <Input
          // What was chosen is known by its name alone; where it lies is the application's to know.
          value={picked?.name ?? text}
          readOnly={picked !== null}
          onChange={onChange}
          className="font-mono text-dense!"
        />
      </Field>
      {picked && <IconButton label={`Take ${picked.name} back`} icon={X} onClick={() => onPick(null)} />}
      {desktop && (
        <Button className="h-9!" icon={what === 'folder' ? FolderInput : FileInput} onClick={pick}>
          Choose {what}
        </Button>
      )}
    </div>
  );
}
