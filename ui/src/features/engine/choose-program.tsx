import { useState } from 'react';

import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Input } from '@/components/input';

/** For an Ollama that isn't in a usual place: the full path of its program. */
export function ChooseProgram({ open, onClose }: { open: boolean; onClose: () => void }) {
  const settings = useCall('ollama/settings', {}, { enabled: open });
  const look = useMutate('ollama/look');
  const [typed, setTyped] = useState<string | null>(null);
  const close = () => {
    setTyped(null);
    save.reset();
    onClose();
  };
  const save = useMutate('ollama/configure', {
    onDone: () => {
      look.mutate({});
      close();
    },
  });
  const kept = settings.data?.program ?? '';
  const program = (typed ?? kept).trim();
  const keep = () => {
    if (settings.data && program !== kept) save.mutate({ ...settings.data, program: program === '' ? null : program });
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Where is Ollama’s program?"
      description="Web+ looks there first from now on. Leave it empty to look in the usual places."
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" busy={save.isPending} disabled={!settings.data || program === kept} onClick={keep}>
            Use this program
          </Button>
        </>
      }
    >
      <Field
        label="Program"
        description="Its full path, from the root of the disk."
        error={save.error?.message ?? settings.error?.message}
      >
        <Input
          value={typed ?? kept}
          placeholder="/usr/local/bin/ollama"
          className="font-mono"
          onChange={(next) => {
            setTyped(next);
            save.reset();
          }}
          onKeyDown={(event) => event.key === 'Enter' && keep()}
        />
      </Field>
    </Dialog>
  );
}
