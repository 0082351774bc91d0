import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { TriangleAlert, X } from 'lucide-react';

import { callKey, useCall, useMutate } from '@/api/query';
import { IconButton } from '@/components/icon-button';
import { showToast } from '@/components/toast';

/** What was wrong with the database at this or an earlier start, until it is closed. It stays while nothing can be saved. */
export function DatabaseNotice() {
  const status = useCall('system/status', {});
  const queries = useQueryClient();
  const dismiss = useMutate('system/dismiss', {
    // No event tells it: only a person does this, here.
    onDone: () => void queries.invalidateQueries({ queryKey: callKey('system/status') }),
    onFailed: (error) => showToast({ title: 'The notice can’t be closed', description: error.message, tone: 'danger' }),
  });
  if (!status.data) return null;
  const { databaseNotice, readOnly } = status.data;
  if (!readOnly && databaseNotice === undefined) return null;
  return (
    <div
      role="alert"
      className="flex shrink-0 items-center gap-3 border-b border-warning-border bg-warning-surface px-4 py-1.5"
    >
      <TriangleAlert aria-hidden className="size-4 shrink-0 text-warning" />
      <p className="min-w-0 flex-1 py-1 text-dense whitespace-pre-line">
        {readOnly && <span className="font-medium">Nothing can be saved. </span>}
        {databaseNotice ?? 'The data folder can’t be written. Make it writable and start Web+ again.'}{' '}
        <Link
          to="/settings/$section"
          params={{ section: 'about' }}
          className="rounded-small font-medium text-accent underline underline-offset-2"
        >
          What to do
        </Link>
      </p>
      {!readOnly && <IconButton label="Close this notice" icon={X} onClick={() => dismiss.mutate({})} />}
    </div>
  );
}
