/** Results of steps that are taken over, changed by hand before the rest is run on them. */
import { Pencil } from 'lucide-react';
import { useState } from 'react';

import type { StepRun } from '@/api/generated';
import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';

import { textOf, type Edits } from './edits';
import { ValueField } from './value-field';

interface EditedResultsProps {
  run: string;
  steps: readonly StepRun[];
  titleOf: (id: string) => string;
  edits: Edits;
  wrong: readonly string[];
  onChange: (edits: Edits) => void;
}

export function EditedResults({ run, steps, titleOf, edits, wrong, onChange }: EditedResultsProps) {
  const [open, setOpen] = useState<string | null>(null);
  const count = Object.keys(edits).length;
  return (
    <Disclosure title="Change a result that is taken over" note={count > 0 ? `${count} changed` : undefined}>
      <p className="mb-2 text-caption text-muted-foreground">What comes after a changed result runs on it.</p>
      <ul className="flex flex-col gap-1">
        {steps.map(({ node }) => (
          <li key={node}>
            <Button
              icon={Pencil}
              variant="ghost"
              aria-expanded={open === node}
              onClick={() => setOpen(open === node ? null : node)}
            >
              {titleOf(node)}
            </Button>
            {open === node && <Ports run={run} node={node} edits={edits} wrong={wrong} onChange={onChange} />}
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}

function Ports({
  run,
  node,
  edits,
  wrong,
  onChange,
}: { run: string; node: string } & Pick<EditedResultsProps, 'edits' | 'wrong' | 'onChange'>) {
  const step = useCall('run/step', { id: run, scope: '', node });
  if (step.error)
    return <Failure title="Its results didn’t load" error={step.error} onRetry={() => void step.refetch()} />;
  if (!step.data) return <SkeletonRows rows={2} label="Loading its results" />;
  const ports = Object.entries(step.data.outputs);
  if (ports.length === 0) return <p className="px-2.5 text-dense text-muted-foreground">It has no results.</p>;
  return (
    <div className="flex flex-col gap-3 py-2 pl-2.5">
      {ports.map(([port, value]) => {
        const name = `${node}.${port}`;
        if (value.truncated) {
          return (
            <p key={port} className="text-dense text-muted-foreground">
              {port} is too large to be changed here.
            </p>
          );
        }
        return (
          <ValueField
            key={port}
            label={port}
            type={value.type}
            text={edits[name] ?? textOf(value.preview)}
            wrong={wrong.includes(name)}
            onChange={(text) => onChange({ ...edits, [name]: text })}
          />
        );
      })}
    </div>
  );
}
