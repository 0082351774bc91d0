/** What models take on the disk, what of that is of no use, and what is left. */
import { HardDrive } from 'lucide-react';
import { useState } from 'react';

import type { ModelFolder } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { useQueryClient } from '@tanstack/react-query';
import { AlertDialog } from '@/components/alert-dialog';
import { Button } from '@/components/button';
import { Popover } from '@/components/popover';
import { showToast } from '@/components/toast';
import { formatBytes } from '@/lib/format';
import { useRested } from '@/lib/rested';

import { spaceOf, type Space } from './space';

export function SpaceLine({ providerName }: { providerName: (id: string) => string }) {
  // Adding up what lies on the disk takes its time; the models are there before.
  const space = useCall('model/space', {}, { enabled: useRested() });
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState(false);
  if (asking && !asked) setAsked(true);
  const folders = space.data?.folders ?? [];
  if (folders.length === 0) return null;
  const sum = spaceOf(folders);
  return (
    <section
      aria-label="Space"
      className="tabular flex min-h-9 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-t border-border bg-panel px-4 text-caption text-muted-foreground"
    >
      <Popover
        title="Where the models are"
        side="top"
        align="start"
        trigger={
          <Button variant="ghost" icon={HardDrive} className="-ml-2.5 text-caption! text-muted-foreground">
            Models {formatBytes(sum.models)}
          </Button>
        }
      >
        <Folders folders={folders} providerName={providerName} />
      </Popover>
      {sum.unreferenced > 0 && <span className="max-sm:hidden">Left over {formatBytes(sum.unreferenced)}</span>}
      {sum.partials > 0 && <span className="max-sm:hidden">Unfinished downloads {formatBytes(sum.partials)}</span>}
      {sum.free !== undefined && <span>{formatBytes(sum.free)} free</span>}
      {sum.reclaimable > 0 && (
        <Button className="ml-auto" onClick={() => setAsking(true)}>
          Free {formatBytes(sum.reclaimable)}
        </Button>
      )}
      {asked && <FreeSpace open={asking} space={sum} onClose={() => setAsking(false)} />}
    </section>
  );
}

function FreeSpace({ open, space, onClose }: { open: boolean; space: Space; onClose: () => void }) {
  const queries = useQueryClient();
  const free = useMutate('model/free-space', {
    onDone: ({ freed }) => {
      onClose();
      void queries.invalidateQueries({ queryKey: ['model/space'] });
      showToast({ title: `Freed ${formatBytes(freed)}`, tone: 'success' });
    },
  });
  return (
    <AlertDialog
      open={open}
      onClose={() => {
        free.reset();
        onClose();
      }}
      title="Free space?"
      description={
        <>
          Files that belong to no model are deleted ({formatBytes(space.unreferenced)})
          {space.partials > 0 && `, and what unfinished downloads had fetched (${formatBytes(space.partials)})`}. No
          model is touched.
          {free.error && (
            <span role="alert" className="mt-2 block text-danger">
              {free.error.message}
            </span>
          )}
        </>
      }
      confirm={`Delete them, free ${formatBytes(space.reclaimable)}`}
      busy={free.isPending}
      onConfirm={() => free.mutate({})}
    />
  );
}

function Folders({ folders, providerName }: { folders: readonly ModelFolder[]; providerName: (id: string) => string }) {
  return (
    <ul className="flex w-80 max-w-full flex-col gap-3 text-dense">
      {folders.map(({ provider, path, models, unreferenced, partials, free }) => (
        <li key={`${provider} ${path}`}>
          <p className="font-medium">{providerName(`${provider}/`)}</p>
          <p className="font-mono text-caption break-all text-muted-foreground select-text">{path}</p>
          <p className="tabular text-caption text-muted-foreground">
            {[
              `models ${formatBytes(models)}`,
              unreferenced > 0 && `left over ${formatBytes(unreferenced)}`,
              partials > 0 && `unfinished ${formatBytes(partials)}`,
              free !== undefined && `${formatBytes(free)} free`,
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </li>
      ))}
    </ul>
  );
}
