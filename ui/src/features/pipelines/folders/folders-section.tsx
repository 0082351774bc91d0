/** Folders whose definitions are in the library: kept in git by whoever keeps them there, read again as soon as they change. */
import { Link } from '@tanstack/react-router';
import { CircleAlert, FileJson, FolderGit2, FolderInput, Plus, Trash2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';

import { toApiError } from '@/api/error';
import type { PipelineFolder, PipelineOnDisk } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { SkeletonRows } from '@/components/skeleton';
import { useHost } from '@/host/host';
import { formatPlural } from '@/lib/format';

import { nameWithin, withFolder } from './paths';

export function FoldersSection() {
  const list = useCall('pipeline/files', {});
  const watch = useMutate('pipeline/watch', { onDone: () => void list.refetch() });
  const [path, setPath] = useState('');
  const host = useHost();
  const [refused, setRefused] = useState<string | null>(null);
  const folders = (list.data ?? []).map((folder) => folder.path);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const next = withFolder(folders, path);
    if (next) watch.mutate({ folders: next }, { onSuccess: () => setPath('') });
  };
  const pick = () => {
    setRefused(null);
    watch.reset();
    host
      .pickPath('folder')
      .then((picked) => picked && watch.mutate({ folders, handle: picked.handle }))
      .catch((thrown: unknown) => setRefused(toApiError(thrown).message));
  };
  const desktop = host.kind === 'desktop';
  return (
    <>
      {list.error ? (
        <Failure title="The folders didn’t load" error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <SkeletonRows label="Loading the folders" />
      ) : (
        <>
          {list.data.length === 0 && (
            <EmptyState icon={FolderGit2} title="No folder yet">
              Each file that ends in .webplus.json in such a folder is a pipeline here. A change on the disk is read at
              once; what you change here is written back.
            </EmptyState>
          )}
          {list.data.map((folder) => (
            <Folder
              key={folder.path}
              folder={folder}
              onRemove={() => watch.mutate({ folders: folders.filter((one) => one !== folder.path) })}
            />
          ))}
          {desktop ? (
            <div className="flex flex-col items-start gap-2">
              <Button icon={FolderInput} busy={watch.isPending} onClick={pick}>
                Add a folder
              </Button>
              {refused !== null && (
                <p role="alert" className="text-caption text-danger">
                  {refused}
                </p>
              )}
            </div>
          ) : (
            <form onSubmit={add} className="flex items-end gap-2">
              <Field
                label="Another folder"
                description="Its full path on the computer where Web+ runs."
                className="flex-1"
              >
                <Input
                  value={path}
                  onChange={setPath}
                  placeholder="/home/you/pipelines"
                  className="font-mono text-dense!"
                />
              </Field>
              <Button type="submit" icon={Plus} className="h-9!" busy={watch.isPending} disabled={path.trim() === ''}>
                Add folder
              </Button>
            </form>
          )}
        </>
      )}
      {watch.error && <Failure title="The folders weren’t changed" error={watch.error} />}
    </>
  );
}

function Folder({ folder, onRemove }: { folder: PipelineFolder; onRemove: () => void }) {
  return (
    <section aria-label={folder.path} className="flex flex-col gap-2 rounded-panel border border-border p-4">
      <div className="flex items-center gap-2">
        <FolderGit2 aria-hidden className="size-4.5 shrink-0 text-muted-foreground" />
        <div className="min-w-0 flex-1">
          <h3 className="font-mono text-dense font-medium break-all">{folder.path}</h3>
          <p className="text-caption text-muted-foreground">{formatPlural(folder.files.length, 'pipeline')}</p>
        </div>
        <IconButton label={`Look at ${folder.path} no more`} icon={Trash2} onClick={onRemove} />
      </div>
      {folder.problem !== undefined && <Banner tone="danger">{folder.problem}</Banner>}
      <ul className="flex flex-col">
        {folder.files.map((file) => (
          <File key={file.path} file={file} folder={folder.path} />
        ))}
      </ul>
    </section>
  );
}

function File({ file: { path, pipelineId, problem }, folder }: { file: PipelineOnDisk; folder: string }) {
  const name = nameWithin(folder, path);
  const Sign = problem === undefined ? FileJson : CircleAlert;
  return (
    <li className="flex items-start gap-2 py-1 text-dense">
      <Sign
        aria-hidden
        className={`mt-0.5 size-4 shrink-0 ${problem === undefined ? 'text-muted-foreground' : 'text-danger'}`}
      />
      <div className="min-w-0">
        {pipelineId === undefined ? (
          <span className="font-mono break-all">{name}</span>
        ) : (
          <Link
            to="/pipelines/$pipelineId"
            params={{ pipelineId }}
            className="font-mono break-all text-accent underline underline-offset-2"
          >
            {name}
          </Link>
        )}
        {problem !== undefined && <p className="text-danger">{problem.message}</p>}
        {problem?.faults.slice(0, 5).map((fault) => (
          <p key={fault.place + fault.message} className="text-caption text-muted-foreground">
            {fault.message}
          </p>
        ))}
      </div>
    </li>
  );
}
