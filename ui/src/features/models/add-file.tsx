import { FilePlus2 } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';

import { toApiError, type ApiError } from '@/api/error';
import { Button } from '@/components/button';
import { showToast } from '@/components/toast';
import { useHost } from '@/host/host';
import { later } from '@/lib/later';

import { dropAsked, useAddFiles, useAsked, useBringFiles } from './imports';

const AddTarget = later(() => import('./add-target'));

/** Asks for a GGUF file with the place's own dialog and adds it. */
export function usePickFile(): () => void {
  const host = useHost();
  const add = useAddFiles();
  return () => {
    host
      .pickModelFile()
      .then((file) => file && add([file]))
      .catch((thrown: unknown) => {
        const error: ApiError = toApiError(thrown);
        showToast({ title: 'The file wasn’t taken', description: error.message, tone: 'danger' });
      });
  };
}

export function AddFileButton({
  children = 'Add a model file',
  primary = false,
}: {
  children?: ReactNode;
  primary?: boolean;
}) {
  const pick = usePickFile();
  return (
    <Button icon={FilePlus2} variant={primary ? 'primary' : 'secondary'} onClick={pick}>
      {children}
    </Button>
  );
}

function notTaken(sentences: string[]): void {
  showToast({ title: 'Not everything was taken', description: sentences.join(' '), tone: 'danger' });
}

/** Takes files that are dropped anywhere on the place, and says so while they are held over it. */
export function DropZone({ children }: { children: ReactNode }) {
  const host = useHost();
  const add = useAddFiles();
  const bring = useBringFiles();
  const asked = useAsked();
  const [over, setOver] = useState(false);
  useEffect(() => host.onFileDrop(add, setOver, notTaken), [host, add]);
  return (
    <div className="relative h-full min-h-0">
      {children}
      {asked.length > 0 && (
        <AddTarget
          files={asked}
          onClose={dropAsked}
          onAdd={(target) => {
            dropAsked();
            bring(asked, target);
          }}
        />
      )}
      {over && (
        <div className="pointer-events-none absolute inset-2 z-20 flex items-center justify-center rounded-panel border-2 border-dashed border-ring bg-popover/90">
          <p className="flex items-center gap-2 text-heading">
            <FilePlus2 aria-hidden className="size-5 text-accent" />
            Drop GGUF files, or a folder of them
          </p>
        </div>
      )}
    </div>
  );
}
