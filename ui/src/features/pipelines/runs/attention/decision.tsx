/** Nobody knows whether it happened: the honest question, with what each answer means. */
import { useState } from 'react';

import type { WaitingStep } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { ChoiceList } from '@/components/choice-list';
import { Failure } from '@/components/error-state';

import { nodeTitle } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { usePlace } from '../state/place';
import { doubtOf } from './question';

type Decided = 'done' | 'retry' | 'fail';

export function Decision({ run, waiting }: { run: string; waiting: WaitingStep }) {
  const { scope, node, question } = waiting;
  const { definition } = usePlace();
  const spec = graphOf(definition).nodes.get(node);
  const title = spec ? nodeTitle(spec) : node;
  const doubt = doubtOf(spec?.kind ?? '');
  const [decision, setDecision] = useState<Decided | null>(null);
  const decide = useMutate('run/decide');
  return (
    <section
      aria-label="A decision"
      className="flex flex-col gap-3 rounded-panel border border-warning-border bg-background p-3.5"
    >
      <div>
        <h3 className="text-base font-semibold">
          “{title}” {doubt.fact}. {doubt.question}
        </h3>
        <p className="text-dense">
          {question ?? 'Web+ ended, or the connection broke, before the answer came.'} So nobody knows: look where it
          would have arrived, then say what is so. Web+ doesn’t do it twice by itself.
        </p>
      </div>
      <ChoiceList<Decided>
        aria-label="What became of it"
        value={decision}
        onChange={setDecision}
        options={[
          {
            value: 'done',
            label: 'It happened',
            note: 'The run goes on as if its answer had come. What it would have given back is missing.',
          },
          { value: 'retry', label: 'It didn’t: do it again', note: 'If it did happen after all, it happens twice.' },
          {
            value: 'fail',
            label: 'Stop here',
            note: 'The step fails, and with it the run, unless another way leads on from its failure.',
          },
        ]}
      />
      {decide.error && <Failure title="The decision wasn’t taken" error={decide.error} />}
      <div>
        <Button
          variant="primary"
          disabled={decision === null || decide.isSuccess}
          busy={decide.isPending}
          onClick={() => decision !== null && decide.mutate({ id: run, scope, node, decision })}
        >
          {decision === 'retry' ? 'Do it again' : decision === 'fail' ? 'Stop here' : 'Go on'}
        </Button>
      </div>
    </section>
  );
}
