import { useState, type FormEvent } from 'react';

import type { KeepKey, Provider, Vendor } from '@/api/generated';
import { useMutate } from '@/api/query';
import { AlertDialog } from '@/components/alert-dialog';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Input } from '@/components/input';

import { KeepField, KeyField, usePlaceNow } from './key-fields';
import { needsKeyAgain, originOf } from './key-places';
import { Refusal } from './refusal';

export interface EditProps {
  provider: Provider;
  onClose: () => void;
}

/** A new key in place of the one before. */
export function KeyDialog({ provider, vendor, onClose }: EditProps & { vendor: Vendor | undefined }) {
  const [key, setKey] = useState('');
  const [keep, setKeep] = useState<KeepKey | null>(null);
  const place = usePlaceNow(keep);
  const save = useMutate('provider/set-key', { onDone: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() !== '' && place !== null) save.mutate({ id: provider.id, key, keep: place });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Key of ${provider.name}`}
      description={`It is only ever sent to ${originOf(provider.baseUrl) ?? provider.baseUrl}.`}
      width="small"
    >
      <form onSubmit={submit} autoComplete="off" className="flex flex-col gap-4">
        <KeyField name={provider.name} keyUrl={vendor?.keyUrl} value={key} onChange={setKey} />
        <KeepField value={keep} onChange={setKeep} />
        {save.error && <Refusal title="The key wasn’t kept" error={save.error} onRetry={() => save.reset()} />}
        <Footer
          label="Keep the key"
          onClose={onClose}
          busy={save.isPending}
          disabled={key.trim() === '' || place === null}
        />
      </form>
    </Dialog>
  );
}

/** Its name and where it is. */
export function EditDialog({ provider, onClose }: EditProps) {
  const [name, setName] = useState(provider.name);
  const [address, setAddress] = useState(provider.baseUrl);
  const update = useMutate('provider/update', { onDone: onClose });
  const again = needsKeyAgain(provider, address.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({
      id: provider.id,
      ...(name.trim() === provider.name ? {} : { name: name.trim() }),
      ...(address.trim() === provider.baseUrl ? {} : { baseUrl: address.trim() }),
    });
  };
  return (
    <Dialog open onClose={onClose} title={`Edit ${provider.name}`} width="small">
      <form onSubmit={submit} autoComplete="off" className="flex flex-col gap-4">
        <Field label="Name">
          <Input value={name} onChange={setName} maxLength={60} />
        </Field>
        <Field label="Address">
          <Input type="url" value={address} onChange={setAddress} />
        </Field>
        {again && (
          <p
            role="status"
            className="rounded-control border border-warning-border bg-warning-surface px-3 py-2 text-dense"
          >
            The key was entered for {originOf(provider.keyOrigin ?? '')}. It is not sent to another address: enter it
            again after moving.
          </p>
        )}
        {update.error && <Refusal title="It wasn’t changed" error={update.error} onRetry={() => update.reset()} />}
        <Footer
          label={again ? 'Move, and enter the key again' : 'Save'}
          onClose={onClose}
          busy={update.isPending}
          disabled={name.trim() === '' || address.trim() === ''}
        />
      </form>
    </Dialog>
  );
}

export function RemoveDialog({ provider, onClose }: EditProps) {
  const remove = useMutate('provider/remove', { onDone: onClose });
  const hasKey = provider.keySource.type !== 'none' && provider.keySource.type !== 'env';
  return (
    <AlertDialog
      open
      onClose={onClose}
      title={`Remove ${provider.name}?`}
      description={
        <>
          Its models leave the list{hasKey ? ', and its key is deleted from where it is kept' : ''}. Conversations keep
          their messages.
          {remove.error && (
            <span role="alert" className="mt-2 block text-danger">
              {remove.error.message}
            </span>
          )}
        </>
      }
      confirm={hasKey ? 'Remove provider and key' : 'Remove provider'}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ id: provider.id })}
    />
  );
}

function Footer({
  label,
  onClose,
  busy,
  disabled,
}: {
  label: string;
  onClose: () => void;
  busy: boolean;
  disabled: boolean;
}) {
  return (
    <div className="flex justify-end gap-2">
      <Button type="button" variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" variant="primary" busy={busy} disabled={disabled}>
        {label}
      </Button>
    </div>
  );
}
