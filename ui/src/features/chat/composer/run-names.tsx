/** The pipelines that may be meant while "/run" is being written. */
import { Workflow } from 'lucide-react';

import { useCall } from '@/api/query';

import { offeredNames } from '../state/run-command';

export function RunNames({ text, onChoose }: { text: string; onChoose: (text: string) => void }) {
  const list = useCall('pipeline/list', {});
  const names = offeredNames(
    text,
    (list.data ?? []).filter(({ hash }) => hash !== undefined).map(({ name }) => name),
  );
  if (list.data?.length === 0) {
    return <p className="px-4 pb-1 text-caption text-muted-foreground">There is no pipeline yet that could be run.</p>;
  }
  if (names.length === 0) return null;
  return (
    <ul aria-label="Pipelines that can be run" className="flex flex-wrap gap-1 px-3 pb-1">
      {names.map((name) => (
        <li key={name} className="min-w-0">
          <button
            type="button"
            onClick={() => onChoose(`/run ${name} `)}
            className="focus-inset flex h-8 max-w-full items-center gap-1.5 rounded-pill border border-border px-3 text-dense font-medium transition-colors hover:bg-hover"
          >
            <Workflow aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
            <span className="truncate">{name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
