import { Square, Trash2 } from 'lucide-react';

import type { Model } from '@/api/generated';
import { useClient } from '@/api/query';
import { Button } from '@/components/button';
import { showToast } from '@/components/toast';
import { toApiError } from '@/api/error';
import { formatBytes, formatPlural } from '@/lib/format';

import { bytesOf } from './facts';

interface SelectionBarProps {
  models: readonly Model[];
  onClear: () => void;
  onRemove: () => void;
}

/** What can be done with all that are ticked. */
export function SelectionBar({ models, onClear, onRemove }: SelectionBarProps) {
  const client = useClient();
  if (models.length === 0) return null;
  const size = bytesOf(models);
  const loaded = models.filter(({ state }) => state.type === 'loaded');
  const unload = () => {
    for (const { id, name } of loaded) {
      client
        .call('model/stop', { id })
        .catch((thrown: unknown) =>
          showToast({ title: `${name} wasn’t unloaded`, description: toApiError(thrown).message, tone: 'danger' }),
        );
    }
  };
  return (
    <section
      aria-label="Ticked models"
      className="flex flex-wrap items-center gap-2 border-b border-border bg-accent-surface px-4 py-1.5"
    >
      <p role="status" className="tabular min-w-32 flex-1 text-dense font-medium">
        {formatPlural(models.length, 'model')} ticked{size > 0 && `, ${formatBytes(size)}`}
      </p>
      {loaded.length > 0 && (
        <Button icon={Square} onClick={unload}>
          Unload {loaded.length}
        </Button>
      )}
      <Button icon={Trash2} onClick={onRemove}>
        Remove {formatPlural(models.length, 'model')}
        {size > 0 && `, free ${formatBytes(size)}`}
      </Button>
      <Button variant="ghost" onClick={onClear}>
        Clear
      </Button>
    </section>
  );
}
