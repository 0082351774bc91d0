/** What an agent used, one after the other: with what it was given at a glance, and all of it when it is opened. */
import { useState } from 'react';

import type { ToolUse } from '@/api/generated';
import { useCall } from '@/api/query';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot } from '@/components/status-dot';
import { formatDuration } from '@/lib/format';

import { statusTone, statusWords } from '../../shared/step-states';
import { ValueCard } from '../results/value-card';
import { tookMs } from '../state/words';
import { StepInput } from './step-input';

export function Uses({ run, uses }: { run: string; uses: readonly ToolUse[] }) {
  return (
    <ol className="flex flex-col">
      {uses.map((use) => (
        <li key={use.step.scope}>
          <Use run={run} use={use} />
        </li>
      ))}
    </ol>
  );
}

function Use({ run, use: { step, args } }: { run: string; use: ToolUse }) {
  const [open, setOpen] = useState(false);
  const took = tookMs(step, step.finishedAt ?? step.startedAt ?? 0);
  return (
    <Disclosure
      open={open}
      onOpenChange={setOpen}
      title={
        <span className="flex min-w-0 flex-1 items-center gap-2">
          <StatusDot tone={statusTone[step.status]} label={statusWords[step.status]} />
          <span className="shrink-0">{step.node}</span>
          {args !== undefined && (
            <span className="truncate font-mono text-caption font-normal text-muted-foreground">{args}</span>
          )}
        </span>
      }
      note={took === null ? undefined : formatDuration(took)}
    >
      {open && <Used run={run} scope={step.scope} node={step.node} />}
    </Disclosure>
  );
}

function Used({ run, scope, node }: { run: string; scope: string; node: string }) {
  const view = useCall('run/step', { id: run, scope, node });
  if (view.error) return <Failure title="It didn’t load" error={view.error} onRetry={() => void view.refetch()} />;
  if (!view.data) return <SkeletonRows rows={2} label="Loading what it did" />;
  const { step, input, outputs } = view.data;
  const results = Object.entries(outputs).filter(([, value]) => value.preview !== null);
  return (
    <div className="flex flex-col gap-2.5">
      {step.errorMessage !== undefined && <p className="text-dense break-words text-danger">{step.errorMessage}</p>}
      {input !== undefined && (
        <div>
          <p className="mb-1 text-caption font-medium text-muted-foreground">What it was given</p>
          <StepInput input={input} />
        </div>
      )}
      {results.map(([port, value]) => (
        <ValueCard key={port} title={port} value={value} file={[node, port]} of={{ run, scope, node, port }} />
      ))}
    </div>
  );
}
