/** Models at the hub: searched once typing pauses, their files with what fits. This one asks over the network. */
import { ChevronRight, Search } from 'lucide-react';
import { useState } from 'react';

import type { HubRepository } from '@/api/generated';
import { useCall } from '@/api/query';
import { Failure } from '@/components/error-state';
import { Input } from '@/components/input';
import { SkeletonRows } from '@/components/skeleton';
import { Time } from '@/components/time';
import { classNames } from '@/lib/class-names';
import { formatBytes, formatTokensShort } from '@/lib/format';
import { useQuiet } from '@/lib/quiet';

import { FitCell } from '../state-cell';
import { builtIn } from '../facts';
import { PullButton } from './pull-button';
import { TargetChoice } from './target-choice';

export function HubTab() {
  const [text, setText] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const [target, setTarget] = useState('embedded');
  const query = useQuiet(text.trim(), 400);
  const isAsked = query.length >= 2;
  const found = useCall('hub/search', { query }, { enabled: isAsked, keepPrevious: true });
  const repositories = isAsked ? (found.data ?? []) : [];
  return (
    <div className="flex flex-col gap-3 px-0.5 pt-3">
      <div className="flex flex-wrap items-center gap-2">
        <div className="min-w-40 flex-1">
          <Input
            icon={Search}
            type="search"
            aria-label="Search models at the hub"
            placeholder="Search models at the hub"
            value={text}
            onChange={setText}
          />
        </div>
        <TargetChoice value={target} onChange={setTarget} />
      </div>
      {!isAsked ? (
        <p className="py-4 text-center text-dense text-muted-foreground">
          What you type here is sent to the hub, which is huggingface.co unless the settings name another. For example:
          qwen3, or gemma.
        </p>
      ) : found.error ? (
        <Failure title="The hub didn’t answer" error={found.error} onRetry={() => void found.refetch()} />
      ) : found.isPending ? (
        <SkeletonRows label="Searching" rows={5} />
      ) : repositories.length === 0 ? (
        <p role="status" className="py-4 text-center text-dense text-muted-foreground">
          The hub has no GGUF model for “{query}”.
        </p>
      ) : (
        <ul aria-label="Found at the hub" className="flex flex-col divide-y divide-border">
          {repositories.map((repository) => (
            <Repository
              key={repository.repository}
              repository={repository}
              target={target}
              open={open === repository.repository}
              onToggle={() => setOpen(open === repository.repository ? null : repository.repository)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

interface RepositoryProps {
  repository: HubRepository;
  target: string;
  open: boolean;
  onToggle: () => void;
}

function Repository({
  repository: { repository, downloads, likes, gated, updatedAt },
  target,
  open,
  onToggle,
}: RepositoryProps) {
  const [owner = '', name = repository] = repository.split('/');
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="focus-inset flex min-h-11 w-full flex-wrap items-center gap-x-2 rounded-control px-1.5 py-1 text-left hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={classNames('size-3.5 shrink-0 text-muted-foreground transition-transform', open && 'rotate-90')}
        />
        <span className="min-w-48 flex-1 text-dense break-all">
          <span className="text-muted-foreground">{owner}/</span>
          <span className="font-medium">{name}</span>
        </span>
        <span className="tabular text-caption text-muted-foreground">
          {gated && 'asks for your consent · '}
          {`${formatTokensShort(downloads)} downloads · ${formatTokensShort(likes)} likes`}
          {updatedAt !== undefined && (
            <>
              {' · '}
              <Time at={updatedAt} />
            </>
          )}
        </span>
      </button>
      {open && <Files repository={repository} target={target} />}
    </li>
  );
}

function Files({ repository, target }: { repository: string; target: string }) {
  const files = useCall('hub/files', { repository });
  if (files.isPending) return <SkeletonRows label="Asking for its files" rows={3} />;
  if (files.error) {
    return (
      <Failure
        title="Its files couldn’t be listed"
        error={files.error}
        onRetry={() => void files.refetch()}
        className="mb-2"
      />
    );
  }
  if (files.data.length === 0) {
    return <p className="px-7 pb-3 text-dense text-muted-foreground">It has no GGUF file.</p>;
  }
  return (
    <ul className="pb-2 pl-7">
      {files.data.map(({ file, size, quantization, fits, parts, projector }) => (
        <li key={file} className="flex min-h-10 flex-wrap items-center gap-x-3 py-1 text-dense">
          <span className="min-w-40 flex-1">
            <span className="font-medium">{quantization ?? file}</span>
            {(parts > 1 || projector) && (
              <span className="text-caption text-muted-foreground">
                {parts > 1 && ` ${parts} parts`}
                {projector && ' part for images'}
              </span>
            )}
            {quantization !== undefined && (
              <span className="block font-mono text-caption break-all text-muted-foreground">{file}</span>
            )}
          </span>
          <span className="tabular text-muted-foreground">{formatBytes(size)}</span>
          <span className="w-24">
            <FitCell fit={fits} />
          </span>
          <PullButton
            key={target}
            // Ollama fetches by quantisation, the built-in engine by file.
            reference={
              target !== builtIn && quantization !== undefined
                ? `hf.co/${repository}:${quantization}`
                : `${repository}/${file}`
            }
            target={target}
            label={`Download ${file}`}
          />
        </li>
      ))}
    </ul>
  );
}
