/** Model files that other programs have on this disk: used without downloading them again. */
import { Check, FilePlus2, RefreshCw } from 'lucide-react';
import { useState } from 'react';

import type { FoundFile } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { formatBytes, formatPlural } from '@/lib/format';

import { AddFileButton } from '../add-file';
import { builtIn } from '../facts';
import { tagOf } from '../imports';
import { TargetChoice } from './target-choice';

export function OnDisk() {
  const found = useCall('model/discover', {});
  const [target, setTarget] = useState('embedded');
  const files = found.data ?? [];
  return (
    <div className="flex flex-col gap-3 px-0.5 pt-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-48 flex-1 text-dense text-pretty text-muted-foreground">
          Models of LM Studio, Hugging Face’s tools, llama.cpp and Jan. They are copied; what lies there stays as it is.
        </p>
        <Button icon={RefreshCw} busy={found.isFetching} onClick={() => void found.refetch()}>
          Look again
        </Button>
        <AddFileButton>Choose a file</AddFileButton>
      </div>
      {found.isPending ? (
        <SkeletonRows label="Looking through the folders of other programs" rows={5} />
      ) : found.error ? (
        <Failure title="The disk couldn’t be looked through" error={found.error} onRetry={() => void found.refetch()} />
      ) : files.length === 0 ? (
        <p role="status" className="py-6 text-center text-dense text-muted-foreground">
          No other program keeps a model here. A GGUF file of your own can be chosen, or dropped on the list of models.
        </p>
      ) : (
        <>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p className="tabular text-caption text-muted-foreground">{formatPlural(files.length, 'model')} found</p>
            <TargetChoice value={target} onChange={setTarget} />
          </div>
          <ul aria-label="Found on this disk" className="flex flex-col divide-y divide-border">
            {files.map((file) => (
              <Row key={file.handle} file={file} target={target} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Row({
  file: { handle, name, size, place, quantization, parts, problem },
  target,
}: {
  file: FoundFile;
  target: string;
}) {
  const bring = useMutate('model/import');
  const create = useMutate('model/create');
  const isMade = target !== builtIn;
  const using = isMade ? create : bring;
  const use = () => {
    if (isMade) create.mutate({ name: tagOf(name), handle, provider: target, parameters: {} });
    else bring.mutate({ handle });
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-dense">
      <span className="min-w-48 flex-1">
        <span className="font-medium break-all">{name}</span>
        <span className="tabular block text-caption text-muted-foreground">
          {[place, quantization, formatBytes(size), parts > 1 && `${parts} parts`].filter(Boolean).join(' · ')}
        </span>
        {problem !== undefined && <span className="block text-caption text-warning">{problem}</span>}
        {using.error && (
          <span role="alert" className="block text-caption text-danger">
            {using.error.message}
          </span>
        )}
      </span>
      <Button
        icon={using.isSuccess ? Check : FilePlus2}
        aria-label={using.isSuccess ? `${name}: added` : `Add ${name}`}
        busy={using.isPending}
        disabled={using.isSuccess || problem !== undefined}
        onClick={use}
      >
        {using.isSuccess ? (isMade ? 'Being added' : 'Added') : 'Add'}
      </Button>
    </li>
  );
}
