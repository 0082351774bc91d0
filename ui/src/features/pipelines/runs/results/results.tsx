/** What the run gave back: each output with the step, the model and the cost that made it. */
import { PackageOpen } from 'lucide-react';

import type { ValuePreview } from '@/api/generated';
import { useCall } from '@/api/query';
import { EmptyState } from '@/components/empty-state';
import { ScrollArea } from '@/components/scroll-area';
import { SkeletonRows } from '@/components/skeleton';
import { formatMoney } from '@/lib/format';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { usePlace } from '../state/place';
import { isFinalRun } from '../state/words';
import { modelName } from '../step/calls';
import { ApplyChanges } from './apply-changes';
import { holdsChanges } from './kinds';
import { languageOf } from './language';
import { ValueCard } from './value-card';

export function Results() {
  const { live, definition } = usePlace();
  const run = useStore(live.run);
  const around = useStore(live.around);
  const outputs = Object.entries(around?.outputs ?? {});
  if (outputs.length === 0 && run?.status === 'succeeded' && (around?.seq ?? 0) < run.seq) {
    return <SkeletonRows label="Loading the results" rows={4} />;
  }
  if (outputs.length === 0) {
    const named = Object.keys(definition.outputs ?? {});
    return (
      <EmptyState icon={PackageOpen} title={run && isFinalRun(run.status) ? 'No results' : 'No results yet'}>
        {named.length === 0
          ? 'This pipeline names no outputs. What each step gave is in its details: choose one on the graph.'
          : run?.status === 'failed' || run?.status === 'cancelled'
            ? 'The run ended before its outputs were made. What each step gave until then is in its details.'
            : run?.status === 'succeeded'
              ? 'The run ended without coming to the steps that make them. What the others gave is in their details.'
              : `${named.join(', ')} will be here when the run has ended. What each step gives meanwhile is in its details.`}
      </EmptyState>
    );
  }
  return (
    <ScrollArea className="h-full" label="Results">
      <div className="mx-auto flex max-w-220 flex-col gap-4 p-4">
        <h2 className="sr-only">Results</h2>
        {outputs.map(([name, value]) => (
          <Output key={name} run={run?.id ?? ''} name={name} value={value} />
        ))}
      </div>
    </ScrollArea>
  );
}

function Output({ run, name, value }: { run: string; name: string; value: ValuePreview }) {
  const { definition } = usePlace();
  const from = definition.outputs?.[name]?.from ?? '';
  const dot = from.indexOf('.');
  const [node, port] = dot < 0 ? [from, ''] : [from.slice(0, dot), from.slice(dot + 1)];
  const of = { run, scope: '', node, port };
  return (
    <ValueCard
      title={name}
      value={value}
      file={[definition.name ?? definition.id, name]}
      of={of}
      language={languageOf(graphOf(definition).nodes.get(node), port)}
      made={
        <div className="flex flex-col gap-2">
          {holdsChanges(value) && <ApplyChanges of={of} />}
          <MadeBy run={run} node={node} />
        </div>
      }
    />
  );
}

/** The step that made it, with its model and cost; a press shows the step. */
function MadeBy({ run, node }: { run: string; node: string }) {
  const { definition, select } = usePlace();
  const spec = graphOf(definition).nodes.get(node);
  const step = useCall('run/step', { id: run, scope: '', node }, { enabled: spec !== undefined });
  if (!spec) return null;
  const { calls = [], step: made } = step.data ?? {};
  const models = [...new Set(calls.map(({ model }) => modelName(model)))];
  const cost =
    made?.status === 'reused'
      ? 'taken over at no cost'
      : made && made.costNanoUsd > 0
        ? formatMoney(made.costNanoUsd)
        : '';
  return (
    <p className="tabular flex flex-wrap items-center gap-x-1.5 text-caption text-muted-foreground">
      Made by
      <button
        type="button"
        onClick={() => select(node)}
        className="h-6 rounded-small font-medium text-accent hover:underline"
      >
        {nodeTitle(spec)}
      </button>
      {[...models, cost].filter(Boolean).map((fact) => (
        <span key={fact}>· {fact}</span>
      ))}
    </p>
  );
}
