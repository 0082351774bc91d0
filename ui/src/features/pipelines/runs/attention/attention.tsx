/** What needs somebody, above everything: a question, a decision, a pause; and what a failed run failed at. */
import { CircleHelp } from 'lucide-react';

import type { WaitingStep } from '@/api/generated';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Time } from '@/components/time';
import { useStore } from '@/lib/store';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { failedStep } from '../state/asked';
import { keyOf } from '../state/keys';
import { usePlace } from '../state/place';
import { Effects } from './effects';
import { doubtOf, readQuestion } from './question';

export function Attention() {
  const { live } = usePlace();
  const run = useStore(live.run);
  const waiting = useStore(live.around)?.waiting ?? [];
  if (!run) return null;
  const people = waiting.filter(({ kind }) => kind === 'human' || kind === 'decision');
  const next = waiting.filter(({ kind, dueAt }) => kind === 'timer' && dueAt !== undefined)[0];
  return (
    <div className="flex shrink-0 flex-col gap-2 empty:hidden not-empty:px-4 not-empty:pt-3">
      {people.slice(0, 3).map((one) => (
        <Asks key={keyOf(one)} waiting={one} />
      ))}
      {people.length > 3 && <Banner tone="warning">And {people.length - 3} more steps wait for an answer.</Banner>}
      {run.status === 'waiting' && people.length === 0 && next?.dueAt !== undefined && (
        <Banner tone="info">
          It goes on <Time at={next.dueAt} />.
        </Banner>
      )}
      {run.status === 'paused' && (
        <Banner tone="warning">{run.reason ?? 'Paused: no step begins until it goes on.'}</Banner>
      )}
      {run.status === 'failed' && <Failed message={run.errorMessage ?? 'The run failed.'} />}
      {run.status === 'cancelled' && run.reason !== undefined && <Banner tone="info">{run.reason}</Banner>}
      <Effects />
    </div>
  );
}

function Asks({ waiting }: { waiting: WaitingStep }) {
  const { definition, select, selected } = usePlace();
  const chosen = useStore(selected);
  const spec = graphOf(definition).nodes.get(waiting.node);
  const title = spec ? nodeTitle(spec) : waiting.node;
  const key = keyOf(waiting);
  const decides = waiting.kind === 'decision';
  const question = readQuestion(waiting.question).title;
  return (
    <Banner
      tone="warning"
      action={
        chosen !== key && (
          <Button icon={CircleHelp} onClick={() => select(key)}>
            {decides ? 'Decide' : 'Answer'}
          </Button>
        )
      }
    >
      <b className="font-semibold">{title}:</b>{' '}
      {!decides && question !== ''
        ? question
        : decides
          ? `It ${doubtOf(spec?.kind ?? '').fact}. Say what is so.`
          : 'It waits for your answer.'}
    </Banner>
  );
}

function Failed({ message }: { message: string }) {
  const { live, definition, select, selected } = usePlace();
  const chosen = useStore(selected);
  useStore(live.version);
  const failed = failedStep(live.steps());
  const spec = failed && graphOf(definition).nodes.get(failed.node);
  return (
    <Banner
      tone="danger"
      action={
        // Beside the step's own details its own button stands.
        failed && chosen !== keyOf(failed) && <Button onClick={() => select(keyOf(failed))}>Show what failed</Button>
      }
    >
      {spec && <b className="font-semibold">{nodeTitle(spec)} failed. </b>}
      {spec ? message.replace(new RegExp(`^${spec.id}: `), '') : message}
    </Banner>
  );
}
