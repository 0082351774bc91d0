import { useState } from 'react';

import type { Model } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Input } from '@/components/input';

import { nameOf } from '../facts';
import { readReference } from '../reference';

interface NameDialogProps {
  model: Model;
  verb: 'copy' | 'rename';
  onClose: () => void;
  onDone: (model: Model) => void;
}

const words = {
  copy: {
    title: 'Copy',
    confirm: 'Copy model',
    note: 'A copy takes no more space: both names stand for the same files.',
  },
  rename: {
    title: 'Rename',
    confirm: 'Rename model',
    note: 'Conversations keep what it wrote under its name of then.',
  },
};

export function NameDialog({ model, verb, onClose, onDone }: NameDialogProps) {
  const before = nameOf(model.id);
  const [name, setName] = useState(verb === 'copy' ? `${before.replace(/:latest$/, '')}-copy` : before);
  const copy = useMutate('model/copy', { onDone });
  const rename = useMutate('model/rename', { onDone });
  const doing = verb === 'copy' ? copy : rename;
  const problem = nameProblem(name);
  const put = () => {
    if (problem === undefined && name.trim() !== before) doing.mutate({ id: model.id, name: name.trim() });
  };
  const { title, confirm, note } = words[verb];
  return (
    <Dialog
      open
      onClose={onClose}
      width="small"
      title={`${title} ${model.name}`}
      description={note}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={doing.isPending}
            disabled={problem !== undefined || name.trim() === before}
            onClick={put}
          >
            {confirm}
          </Button>
        </>
      }
    >
      <Field label="Name" error={(name.trim() === '' ? undefined : problem) ?? doing.error?.message}>
        <Input
          value={name}
          className="font-mono"
          onChange={(next) => {
            setName(next);
            doing.reset();
          }}
          onKeyDown={(event) => event.key === 'Enter' && put()}
        />
      </Field>
    </Dialog>
  );
}

/** What a model of one's own can't be called, in a sentence. */
export function nameProblem(name: string): string | undefined {
  if (/:\/\//.test(name)) return 'A name has no address in it.';
  const read = readReference(name);
  return read.type === 'wrong' ? read.message : read.type === 'empty' ? 'Give it a name.' : undefined;
}
