/** Images, sound and files. Only bytes that are here already are shown: nothing is fetched. */
import { File as FileIcon } from 'lucide-react';

import { formatBytes } from '@/lib/format';

import { isRecord } from '../../shared/definition';
import { filePath, mediaUrl } from './kinds';

export function ImageView({ value, label }: { value: unknown; label: string }) {
  const url = mediaUrl(value, 'image');
  return (
    url !== null && (
      <img
        src={url}
        alt={label}
        className="max-h-120 max-w-full rounded-control border border-border bg-panel object-contain"
      />
    )
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
