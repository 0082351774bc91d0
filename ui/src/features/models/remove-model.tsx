import type { Model } from '@/api/generated';
import { useMutate } from '@/api/query';
import { AlertDialog } from '@/components/alert-dialog';
import { formatBytes } from '@/lib/format';

/** Its file is gone afterwards, so this one asks. */
export function RemoveModel({
  model,
  onClose,
  onRemoved,
}: {
  model: Model | null;
  onClose: () => void;
  onRemoved?: () => void;
}) {
  const remove = useMutate('model/remove', {
    onDone: () => {
      onRemoved?.();
      onClose();
    },
  });
  const size = model?.size;
  return (
    <AlertDialog
      open={model !== null}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      title={`Remove ${model?.name ?? 'this model'}?`}
      description={
        <>
          Its file is deleted from this computer
          {model?.state.type === 'loaded' ? ', and it is unloaded first' : ''}. Conversations keep what it wrote.
          {remove.error && (
            <span role="alert" className="mt-2 block text-danger">
              {remove.error.message}
            </span>
          )}
        </>
      }
      confirm={size === undefined ? 'Remove model' : `Remove model, free ${formatBytes(size)}`}
      busy={remove.isPending}
      onConfirm={() => model && remove.mutate({ id: model.id })}
    />
  );
}
