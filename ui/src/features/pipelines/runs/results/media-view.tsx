/**
 * Images, sound and files. Only bytes that are here already are shown, or that Web+ gives of a file which the run may reach: nothing is
 * fetched from anywhere else.
 */
import { File as FileIcon } from 'lucide-react';

import { useCall } from '@/api/query';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { formatBytes } from '@/lib/format';

import { isRecord } from '../../shared/definition';
import { filePath, mediaUrl } from './kinds';
import type { ValueOf } from './ways';

export function ImageView({ value, label, of }: { value: unknown; label: string; of?: ValueOf | undefined }) {
  const url = mediaUrl(value, 'image');
  if (url !== null) return <Painted url={url} label={label} />;
  return of === undefined ? <FileView value={value} /> : <ImageOfFile value={value} label={label} of={of} />;
}

function Painted({ url, label }: { url: string; label: string }) {
  return (
    <img
      src={url}
      alt={label}
      className="max-h-120 max-w-full rounded-control border border-border bg-panel object-contain"
    />
  );
}

/** A result that names a file holds no bytes: they are asked for, and the path stands below them. */
function ImageOfFile({ value, label, of: { run, ...of } }: { value: unknown; label: string; of: ValueOf }) {
  const file = useCall('run/file', { id: run, ...of });
  return (
    <div className="flex flex-col items-start gap-2">
      {file.error ? (
        <Failure title="The image can’t be shown" error={file.error} onRetry={() => void file.refetch()} />
      ) : file.data ? (
        <Painted url={`data:${file.data.mime};base64,${file.data.data}`} label={label} />
      ) : (
        <SkeletonRows label="Loading the image" />
      )}
      <FileView value={value} />
    </div>
  );
}

export function AudioView({ value, label }: { value: unknown; label: string }) {
  const url = mediaUrl(value, 'audio');
  return url !== null && <audio controls src={url} aria-label={label} className="w-full max-w-120" />;
}

export function FileView({ value }: { value: unknown }) {
  const path = filePath(value) ?? '';
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const size = isRecord(value) && typeof value.size === 'number' ? value.size : null;
  return (
    <p className="flex items-center gap-2.5 rounded-control border border-border bg-panel px-3 py-2">
      <FileIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-dense font-medium">{path.slice(slash + 1)}</span>
        <span className="block text-caption break-all text-muted-foreground select-all">{path}</span>
      </span>
      {size !== null && <span className="tabular text-caption text-muted-foreground">{formatBytes(size)}</span>}
    </p>
  );
}
