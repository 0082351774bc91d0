/** Everything about one step of a run: how it stands, what it waits for or failed at, what it gave, what it was given, and each try. */
import { RotateCcw, X } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';

import type { StepRun, StepView } from '@/api/generated';
import { useCall } from '@/api/query';
import { Badge } from '@/components/badge';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { SkeletonRows } from '@/components/skeleton';
import { useSeconds } from '@/lib/clock';
import { formatCount, formatPlural } from '@/lib/format';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { KindIcon } from '../../shared/kind-icons';
import { statusTone, statusWords } from '../../shared/step-states';
import { Decision } from '../attention/decision';
import { HumanForm } from '../attention/human-form';
import { ApplyChanges } from '../results/apply-changes';
import { holdsChanges } from '../results/kinds';
import { languageOf } from '../results/language';
import { MessagesView } from '../results/messages-view';
import { ValueCard } from '../results/value-card';
import { nameOf } from '../state/keys';
import { useStep } from '../state/live-runs';
import { usePlace } from '../state/place';
import { isFinalRun, isFinalStep } from '../state/words';
import { Attempts } from './attempts';
import { Calls } from './calls';
import { stepFacts } from './facts';
import { Items } from './items';
import { Log } from './log';
import { StepInput } from './step-input';
import { StepText } from './step-text';
import { Uses } from './uses';
import { Whereabouts } from './whereabouts';

export function StepPanel({ stepKey }: { stepKey: string }) {
  const { live, definition, select } = usePlace();
  const step = useStep(live, stepKey);
  const name = useStore(live.run)?.pipelineName ?? 'Run';
  const { scope, node } = nameOf(stepKey);
  const spec = graphOf(definition).nodes.get(node);
  const title = spec ? nodeTitle(spec) : node;
  return (
    <div className="flex h-full flex-col">
      {/* Where there is room for the step only, the run's own heading is away. */}
      <h1 className="sr-only @2xl:hidden">{name}</h1>
      <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-border py-2 pr-2 pl-4">
        <KindIcon kind={spec?.kind ?? ''} className="size-4.5 shrink-0 text-muted-foreground" />
        <h2 className="min-w-0 flex-1 truncate text-heading">{title}</h2>
        <Badge tone={statusTone[step?.status ?? 'pending']}>{statusWords[step?.status ?? 'pending']}</Badge>
        <IconButton label="Close" icon={X} onClick={() => select(null)} />
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-4">
        {scope !== '' && <Whereabouts scope={scope} />}
        {step ? (
          <Begun key={stepKey} step={step} stepKey={stepKey} title={title} kind={spec?.kind ?? ''} />
        ) : (
          <p className="text-dense text-muted-foreground">The run hasn’t come here.</p>
        )}
      </div>
    </div>
  );
}

function Begun({ step, stepKey, title, kind }: { step: StepRun; stepKey: string; title: string; kind: string }) {
  const { live } = usePlace();
  const { scope, node, status } = step;
  const run = useStore(live.run);
  const id = run?.id ?? '';
  const view = useCall('run/step', { id, scope, node }, { keepPrevious: true });
  const { refetch, data } = view;
  useEffect(() => {
    if (data?.text !== undefined && !isFinalStep(data.step.status)) live.offerText(stepKey, data.step.tries, data.text);
  }, [live, stepKey, data]);
  const waiting = useStore(live.around)?.waiting.find((one) => one.scope === scope && one.node === node);
  return (
    <>
      <Facts step={step} isLoop={kind === 'loop'} />
      {waiting?.kind === 'human' && (
        <HumanForm key={`${stepKey} ${step.tries} ${waiting.about ?? ''}`} run={id} waiting={waiting} />
      )}
      {status === 'ambiguous' && <Decision run={id} waiting={waiting ?? { scope, node, kind: 'decision' }} />}
      {step.errorMessage !== undefined && status !== 'ambiguous' && <StepFailed step={step} title={title} />}
      {!isFinalStep(status) && (
        <>
          <StepText live={live} stepKey={stepKey} part="text" />
          <StepText live={live} stepKey={stepKey} part="log" />
        </>
      )}
      {(kind === 'map' || kind === 'loop') && (
        <Section
          title={kind === 'map' ? 'Items' : 'Iterations'}
          note={step.opened === undefined ? undefined : formatCount(step.opened)}
          open
        >
          <Items run={id} step={step} loop={kind === 'loop'} />
        </Section>
      )}
      {view.error && !data ? (
        <Failure title="The details of this step didn’t load" error={view.error} onRetry={() => void refetch()} />
      ) : data ? (
        <Details view={data} run={id} stepKey={stepKey} title={title} />
      ) : (
        <SkeletonRows label="Loading the details" />
      )}
      {run && isFinalStep(status) && status !== 'failed' && <RunAgain node={node} final={isFinalRun(run.status)} />}
    </>
  );
}

function Facts({ step, isLoop }: { step: StepRun; isLoop: boolean }) {
  const now = useSeconds(step.startedAt !== undefined && step.finishedAt === undefined);
  const facts = stepFacts(step, now, isLoop);
  if (facts.length === 0) return null;
  return <p className="tabular text-dense text-muted-foreground">{facts.join(' · ')}</p>;
}

function StepFailed({ step, title }: { step: StepRun; title: string }) {
  const { live, rerun } = usePlace();
  const run = useStore(live.run);
  const tries = step.status === 'retry_wait';
  return (
    <Failure
      title={tries ? `${title} failed and is tried again` : `${title} failed`}
      error={{ message: step.errorMessage ?? '' }}
      retryLabel="Run again from here"
      {...(run && isFinalRun(run.status) ? { onRetry: () => rerun(step.node) } : {})}
    />
  );
}

function RunAgain({ node, final }: { node: string; final: boolean }) {
  const { rerun } = usePlace();
  return (
    <div>
      <Button icon={RotateCcw} disabled={!final} onClick={() => rerun(node)}>
        Run again from here
      </Button>
      {!final && <p className="mt-1 text-caption text-muted-foreground">Once this run has ended.</p>}
    </div>
  );
}

function Details({ view, run, stepKey, title }: { view: StepView; run: string; stepKey: string; title: string }) {
  const { definition } = usePlace();
  const { scope, node } = nameOf(stepKey);
  const spec = graphOf(definition).nodes.get(node);
  // What there is none of needs no frame around it, and a failure is told above already.
  const outputs = Object.entries(view.outputs).filter(
    ([port, value]) => value.preview !== null && !(port === 'error' && view.step.status === 'failed'),
  );
  const { attempts, calls, input, sent = [], uses = [] } = view;
  const log = isFinalStep(view.step.status) ? (attempts.at(-1)?.log ?? []) : [];
  return (
    <>
      {view.cautions?.map((sentence) => (
        <Banner key={sentence} tone="warning">
          {sentence}
        </Banner>
      ))}
      {outputs.map(([port, value]) => (
        <ValueCard
          key={port}
          title={port}
          value={value}
          file={[title, port]}
          of={{ run, scope, node, port }}
          language={languageOf(spec, port)}
          made={holdsChanges(value) ? <ApplyChanges of={{ run, scope, node, port }} /> : undefined}
        />
      ))}
      {uses.length > 0 && (
        <Section title="What it used" note={formatCount(uses.length)} open>
          <Uses run={run} uses={uses} />
        </Section>
      )}
      {log.length > 0 && (
        <Section title="Log" note={formatPlural(log.length, 'line')} open={view.step.status === 'failed'}>
          <Log lines={log} />
        </Section>
      )}
      {sent.length > 0 && (
        <Section title="What the model was sent" note={formatPlural(sent.length, 'message')}>
          <MessagesView messages={sent} />
        </Section>
      )}
      {input !== undefined && (
        <Section title="What it was given">
          <StepInput input={input} />
        </Section>
      )}
      {calls.length > 0 && (
        <Section title="Model calls" note={formatCount(calls.length)} open={outputs.length === 0}>
          <Calls calls={calls} />
        </Section>
      )}
      {attempts.length > 0 && (
        <Section title="Tries" note={formatCount(attempts.length)} open={attempts.length > 1}>
          <Attempts attempts={attempts} />
        </Section>
      )}
    </>
  );
}

interface SectionProps {
  title: string;
  note?: ReactNode;
  open?: boolean;
  children: ReactNode;
}

function Section({ title, note, open = false, children }: SectionProps) {
  return (
    <Disclosure title={title} note={note} defaultOpen={open}>
      {children}
    </Disclosure>
  );
}
