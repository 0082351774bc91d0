import { useState, type KeyboardEvent } from 'react';

import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Input } from '@/components/input';

import { passphraseProblem, type VaultNeeds } from './key-places';

export interface VaultFieldsProps {
  needs: Exclude<VaultNeeds, null>;
  onOpened?: () => void;
}

/**
 * The passphrase of the vault, or twice that of a new one. It stands inside of the form for a key, so it isn't a form itself. What was
 * typed is forgotten as soon as it was sent.
 */
export function VaultFields({ needs, onOpened }: VaultFieldsProps) {
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [tried, setTried] = useState(false);
  const open = useMutate('vault/open', {
    onDone: onOpened,
    onFailed: () => {
      setFirst('');
      setSecond('');
      setTried(false);
    },
  });
  const making = needs === 'make';
  const problem = making ? passphraseProblem(first, second) : null;
  const send = () => {
    setTried(true);
    if (first.trim() !== '' && problem === null) open.mutate({ passphrase: first });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    // The key of the form around it is not ready to be kept.
    event.preventDefault();
    send();
  };
  return (
    <div role="group" aria-label="Vault" className="mt-2 flex flex-col gap-3" onKeyDown={press}>
      <Field
        label={making ? 'Choose a passphrase' : 'Passphrase of the vault'}
        description={
          making
            ? 'It is asked for each time that Web+ starts. Nobody can find it out for you: without it the keys are lost.'
            : 'It opens the vault until Web+ ends.'
        }
      >
        <Passphrase value={first} onChange={setFirst} />
      </Field>
      {making && (
        <Field label="The same passphrase again" error={tried ? problem : null}>
          <Passphrase value={second} onChange={setSecond} />
        </Field>
      )}
      {open.error && (
        <Failure title={making ? 'The vault wasn’t made' : 'The vault wasn’t opened'} error={open.error} />
      )}
      <Button className="self-start" busy={open.isPending} disabled={first.trim() === ''} onClick={send}>
        {making ? 'Make the vault' : 'Open the vault'}
      </Button>
    </div>
  );
}

function Passphrase({ value, onChange, ...rest }: { value: string; onChange: (typed: string) => void }) {
  return (
    <Input
      {...rest}
      type="password"
      autoComplete="off"
      value={value}
      onChange={onChange}
      // Password managers of browsers would offer to keep it themselves.
      data-1p-ignore=""
      data-lpignore="true"
      className="font-mono"
    />
  );
}

/** For the keys that are in it already. */
export function VaultDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Open the vault" width="small">
      <VaultFields needs="open" onOpened={onClose} />
    </Dialog>
  );
}
