import { useState } from 'react';

import type { Model } from '@/api/generated';
import { useMutate } from '@/api/query';
import { AlertDialog } from '@/components/alert-dialog';
import { showToast } from '@/components/toast';
import { formatBytes, formatPlural } from '@/lib/format';

import { bytesOf } from './facts';

interface RemoveModelsProps {
  /** None closes it. */
  models: readonly Model[];
  onClose: () => void;
  onRemoved: (ids: readonly string[]) => void;
}

/** Their files are gone afterwards, so this one asks, and says what that frees. */
export function RemoveModels({ models, onClose, onRemoved }: RemoveModelsProps) {
  // While the dialog goes it still says what it was about.
  const [shown, setShown] = useState(models);
  if (models.length > 0 && shown !== models) setShown(models);
  const ids = shown.map(({ id }) => id);
  const done = ({ freed, failed }: { freed: number; failed: readonly { id: string; message: string }[] }) => {
    onRemoved(ids.filter((id) => failed.every((other) => other.id !== id)));
    if (failed.length === 0) {
      if (ids.length > 1) {
        showToast({
          title: `Removed ${formatPlural(ids.length, 'model')}, freed ${formatBytes(freed)}`,
          tone: 'success',
        });
      }
      onClose();
    }
  };
  const one = useMutate('model/remove', { onDone: done });
  const many = useMutate('model/remove-many', { onDone: done });
  const removing = ids.length === 1 ? one : many;
  const failed = removing.data?.failed ?? [];
  const close = () => {
    one.reset();
    many.reset();
    onClose();
  };
  const [first] = shown;
  const size = bytesOf(shown);
  const isLoaded = shown.some(({ state }) => state.type === 'loaded');
  const what = shown.length === 1 ? 'model' : formatPlural(shown.length, 'model');
  return (
    <AlertDialog
      open={models.length > 0}
      onClose={close}
      title={shown.length === 1 ? `Remove ${first?.name ?? 'this model'}?` : `Remove ${what}?`}
      description={
        <>
          {shown.length > 1 && <span className="mb-1 block text-foreground">{namesOf(shown)}</span>}
          {shown.length === 1 ? 'Its file is' : 'Their files are'} deleted from this computer
          {isLoaded
            ? shown.length === 1
              ? ', and it is unloaded first'
              : ', and what is loaded is unloaded first'
            : ''}
          . Conversations keep what {shown.length === 1 ? 'it' : 'they'} wrote.
          {(removing.error !== null || failed.length > 0) && (
            <span role="alert" className="mt-2 block text-danger">
              {removing.error?.message ?? failed.map(({ id, message }) => `${id}: ${message}`).join(' ')}
            </span>
          )}
        </>
      }
      confirm={size === 0 ? `Remove ${what}` : `Remove ${what}, free ${formatBytes(size)}`}
      busy={removing.isPending}
      onConfirm={() => {
        if (ids.length > 1) many.mutate({ ids });
        else if (first) one.mutate({ id: first.id });
      }}
    />
  );
}

/** The first few by name. */
function namesOf(models: readonly Model[]): string {
  const names = models.slice(0, 4).map(({ name }) => name);
  const more = models.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
