/** Which engine files go to that were picked or dropped; asked only where there is a choice. */
import { useState } from 'react';

import { Button } from '@/components/button';
import { ChoiceList } from '@/components/choice-list';
import { Dialog } from '@/components/dialog';
import type { PickedModelFile } from '@/host/host';
import { formatPlural } from '@/lib/format';

import { useTargets } from './targets';

interface AddTargetProps {
  files: readonly PickedModelFile[];
  onAdd: (target: string) => void;
  onClose: () => void;
}

export default function AddTarget({ files, onAdd, onClose }: AddTargetProps) {
  const [target, setTarget] = useState('embedded');
  const [first] = files;
  const name = first?.type === 'file' ? first.file.name : first?.name;
  return (
    <Dialog
      open
      onClose={onClose}
      width="small"
      title={files.length === 1 ? `Add ${name ?? 'a file'}` : `Add ${formatPlural(files.length, 'file')}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" onClick={() => onAdd(target)}>
            Add
          </Button>
        </>
      }
    >
      <ChoiceList aria-label="For which engine" options={useTargets()} value={target} onChange={setTarget} />
    </Dialog>
  );
}
