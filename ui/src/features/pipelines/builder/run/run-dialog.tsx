/** Before a run: what it is given, what it may cost, what it must be allowed. */
import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useState } from 'react';

import { useCall, useMutate } from '@/api/query';
import type { PipelineEstimate, Run, RunStartParams } from '@/api/generated';
import { Banner } from '@/components/banner';
import { Button, buttonClass } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { formatDuration, formatMoney, formatPlural } from '@/lib/format';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { useEditor, useEditorState } from '../model/use-editor';
import { CapabilityList, missing } from './capabilities';
import { InputField } from './input-field';
import { fill, forEstimate, inOrder, startOf, type Picked, type Typed } from './run-form';

/** What was typed for a pipeline's last run in this window. */
const lastTyped = new Map<string, Typed>();

export function RunDialog({
  until,
  onClose,
  onStarted,
}: {
  until?: string | undefined;
  onClose: () => void;
  onStarted: (run: Run) => void;
}) {
  const editor = useEditor();
  const definition = useEditorState((state) => state.definition);
  const faults = useEditorState((state) => state.faults);
  const view = useEditorState((state) => state.view);
  const requires = useEditorState((state) => state.requires);
  const inputs = definition.inputs ?? {};
  const [typed, setTyped] = useState<Typed>(() => ({ ...startOf(inputs), ...lastTyped.get(editor.id) }));
  const [tried, setTried] = useState(false);
  const [keeping, setKeeping] = useState<{ message: string } | null>(null);
  const [picked, setPicked] = useState<Readonly<Record<string, Picked>>>({});
  const filled = fill(inputs, typed, picked);
  const estimate = useCall(
    'pipeline/estimate',
    { definition, inputs: forEstimate(filled.values, picked) },
    { keepPrevious: true },
  );
  const allow = useMutate('pipeline/allow', { onDone: (next) => editor.setView(next) });
  const start = useMutate('run/start', { onDone: onStarted });
  const wants = missing(requires, view.allowed);
  const errors = faults.filter(({ severity }) => severity === 'error');
  const run = async () => {
    setTried(true);
    if (Object.keys(filled.problems).length > 0 || errors.length > 0) return;
    lastTyped.set(editor.id, typed);
    setKeeping(null);
    try {
      await editor.saver.flush();
      if (wants.length > 0) await allow.mutateAsync({ id: editor.id, capabilities: requires.capabilities });
      const params: Partial<RunStartParams> = { pipelineId: editor.id, inputs: filled.values };
      if (until !== undefined) params.until = until;
      await start.mutateAsync(params as RunStartParams);
    } catch (thrown) {
      // A choice works once, whatever became of it.
      setPicked({});
      // What the calls refused is shown by them; what saving refused is shown here.
      if (editor.saver.state.get().type === 'failed') setKeeping(thrown as { message: string });
    }
  };
  const busy = start.isPending || allow.isPending;
  const target = until === undefined ? undefined : graphOf(definition).nodes.get(until);
  return (
    <Dialog
      open
      onClose={onClose}
      title={target ? `Run to ${nodeTitle(target)}` : `Run ${definition.name ?? definition.id}`}
      description={Object.keys(inputs).length === 0 ? 'It takes no inputs.' : undefined}
      footer={
        <>
          <EstimateLine estimate={estimate.data} />
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" icon={Play} busy={busy} disabled={errors.length > 0} onClick={() => void run()}>
            {wants.length > 0 ? 'Allow and run' : 'Run'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void run();
          }
        }}
      >
        {errors[0] && <Banner tone="danger">It can’t run yet. {errors[0].message}</Banner>}
        {inOrder(inputs).map(([name, input]) => (
          <InputField
            key={name}
            name={name}
            input={input}
            text={typed[name] ?? ''}
            problem={tried ? (filled.problems[name] ?? null) : null}
            picked={picked[name] ?? null}
            onPick={(choice) =>
              setPicked(({ [name]: _before, ...others }) => (choice ? { ...others, [name]: choice } : others))
            }
            onChange={(text) => setTyped({ ...typed, [name]: text })}
          />
        ))}
        {wants.length > 0 && (
          <section className="rounded-control border border-warning-border bg-warning-surface p-3">
            <h3 className="mb-1.5 text-dense font-medium">This pipeline wants to</h3>
            <CapabilityList capabilities={wants} />
          </section>
        )}
        <MissingSecrets names={requires.secrets} />
        {keeping && <Failure title="What you drew wasn’t saved" error={keeping} />}
        {allow.error && <Failure title="That wasn’t allowed" error={allow.error} />}
        {start.error && <Failure title="The run didn’t begin" error={start.error} />}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

/** A step that names one of these fails: better said before than after. */
function MissingSecrets({ names }: { names: readonly string[] }) {
  const entered = useCall('secret/list', {}, { enabled: names.length > 0 });
  if (!entered.data) return null;
  const there = new Set(entered.data.filter(({ present }) => present).map(({ name }) => name));
  const absent = names.filter((name) => !there.has(name));
  if (absent.length === 0) return null;
  return (
    <Banner
      tone="warning"
      action={
        <Link to="/settings/$section" params={{ section: 'secrets' }} className={buttonClass('secondary', 'small')}>
          Enter secrets
        </Link>
      }
    >
      {absent.length === 1 ? 'A secret isn’t there' : 'Secrets aren’t there'}: {absent.join(', ')}. Steps that use{' '}
      {absent.length === 1 ? 'it' : 'them'} will fail.
    </Banner>
  );
}

function EstimateLine({ estimate }: { estimate: PipelineEstimate | undefined }) {
  if (!estimate) return <span className="flex-1" />;
  return (
    <p
      className="tabular min-w-0 flex-1 self-center text-caption text-muted-foreground"
      title={estimate.basis.join('\n')}
    >
      {costRange(estimate)} · {timeRange(estimate)} · at most {formatPlural(estimate.calls, 'model call')}
    </p>
  );
}

export function costRange({ costLow, costHigh }: PipelineEstimate): string {
  if (costLow === undefined || costHigh === undefined) return 'Cost unknown';
  return costLow === costHigh ? formatMoney(costLow) : `${formatMoney(costLow)} to ${formatMoney(costHigh)}`;
}

export function timeRange({ secondsLow, secondsHigh }: PipelineEstimate): string {
  const [low, high] = [formatDuration(secondsLow * 1000), formatDuration(secondsHigh * 1000)];
  return low === high ? low : `${low} to ${high}`;
}
