/** Running again from a step: what is taken over at no cost and what runs anew is told before it begins; inputs and results can be edited. */
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import type { Run } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Checkbox } from '@/components/checkbox';
import { Dialog } from '@/components/dialog';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { formatDuration, formatMoney, formatPlural } from '@/lib/format';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { usePlace } from '../state/place';
import { EditedResults } from './edited-results';
import { parseEdited, textOf, type Edits } from './edits';
import { planRerun, type RerunPlan } from './plan';
import { ValueField } from './value-field';

export default function RerunDialog({ run, from, onClose }: { run: Run; from: string; onClose: () => void }) {
  const { live, definition } = usePlace();
  const navigate = useNavigate();
  const around = useStore(live.around);
  const inputs = useMemo(() => around?.inputs ?? {}, [around]);
  const [typed, setTyped] = useState<Edits>({});
  const [results, setResults] = useState<Edits>({});
  const [latest, setLatest] = useState(false);
  const current = useCall('pipeline/get', { id: run.pipelineId });
  const changed = current.data?.hash !== undefined && current.data.hash !== run.definitionHash;
  const editedNodes = [...new Set(Object.keys(results).map((name) => name.slice(0, name.lastIndexOf('.'))))];
  const plan = planRerun(definition, live.steps(), from, editedNodes);
  const start = useMutate('run/rerun', {
    onDone(next) {
      onClose();
      void navigate({ to: '/runs/$runId', params: { runId: next.id } });
    },
  });
  const types = definition.inputs ?? {};
  const editedInputs = parseEdited(typed, (name) => types[name]?.type ?? 'any');
  const editedResults = parseEdited(results, () => 'any');
  const wrong = editedInputs.wrong.length + editedResults.wrong.length > 0;
  const inputsChanged = Object.keys(editedInputs.values).length > 0;
  const titleOf = (id: string) => {
    const spec = graphOf(definition).nodes.get(id);
    return spec ? nodeTitle(spec) : id;
  };
  const whole = plan.reused.length === 0;
  return (
    <Dialog
      open
      onClose={onClose}
      width="large"
      title={whole ? `Run ${run.pipelineName} again` : `Run again from ${titleOf(plan.from)}`}
      description={
        plan.from === from
          ? 'It becomes a run of its own; this one stays as it is.'
          : `${titleOf(from)} stands inside ${titleOf(plan.from)}, which is run from its beginning.`
      }
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button
            variant="primary"
            busy={start.isPending}
            disabled={wrong}
            onClick={() =>
              start.mutate({
                id: run.id,
                from: plan.from,
                ...(inputsChanged ? { inputs: { ...inputs, ...editedInputs.values } } : {}),
                ...(Object.keys(editedResults.values).length > 0 ? { edited: editedResults.values } : {}),
                ...(latest ? { latest: true } : {}),
              })
            }
          >
            {whole ? 'Run all of it' : `Run ${formatPlural(plan.again.length, 'step')} again`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {!whole && (
          <div className="grid gap-3 sm:grid-cols-2">
            <Steps
              title={inputsChanged || latest ? 'Taken over where nothing about it changed' : 'Taken over at no cost'}
              names={plan.reused.map(({ node }) => titleOf(node))}
              note={savingOf(plan)}
            />
            <Steps title="Run anew" names={plan.again.map(titleOf)} note="" />
          </div>
        )}
        {Object.keys(inputs).length + Object.keys(types).length > 0 && (
          <Disclosure title="Inputs" note={inputsChanged ? 'changed' : undefined} defaultOpen={whole}>
            <div className="flex flex-col gap-3">
              {[...new Set([...Object.keys(types), ...Object.keys(inputs)])].map((name) => (
                <ValueField
                  key={name}
                  label={types[name]?.label ?? name}
                  help={types[name]?.help}
                  type={types[name]?.type ?? 'any'}
                  text={typed[name] ?? textOf(inputs[name])}
                  wrong={editedInputs.wrong.includes(name)}
                  onChange={(text) => setTyped({ ...typed, [name]: text })}
                />
              ))}
            </div>
          </Disclosure>
        )}
        {!whole && (
          <EditedResults
            run={run.id}
            steps={plan.reused}
            titleOf={titleOf}
            edits={results}
            wrong={editedResults.wrong}
            onChange={setResults}
          />
        )}
        {changed && (
          <div>
            <Checkbox checked={latest} onChange={setLatest}>
              Use the pipeline as it is now
            </Checkbox>
            <p className="pl-6 text-caption text-muted-foreground">
              It was changed since this run. Steps that were changed run anew; without this, the old definition is run.
            </p>
          </div>
        )}
        {start.error && <Failure title="The run wasn’t begun" error={start.error} />}
      </div>
    </Dialog>
  );
}

function savingOf({ savedNanoUsd, savedMs }: RerunPlan): string {
  const parts = [savedNanoUsd > 0 ? formatMoney(savedNanoUsd) : '', savedMs > 0 ? formatDuration(savedMs) : ''];
  const saved = parts.filter(Boolean).join(' and ');
  return saved === '' ? '' : `saves ${saved}`;
}

function Steps({ title, names, note }: { title: string; names: readonly string[]; note: string }) {
  return (
    <section aria-label={title} className="rounded-panel border border-border bg-panel p-3">
      <h3 className="text-dense font-semibold">{title}</h3>
      <ul className="mt-1 max-h-40 overflow-y-auto text-dense">
        {names.map((name) => (
          <li key={name} className="truncate py-0.5">
            {name}
          </li>
        ))}
      </ul>
      {note !== '' && <p className="tabular mt-1 text-caption text-muted-foreground">{note}</p>}
    </section>
  );
}
