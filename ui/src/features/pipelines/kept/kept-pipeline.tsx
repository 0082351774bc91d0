/** Of one pipeline: what its runs take, how long they are kept, and what would go if that were changed. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import type { Retention, RunsKept } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Time } from '@/components/time';
import { formatBytes, formatPlural } from '@/lib/format';
import { useQuiet } from '@/lib/quiet';

import { countWords, problemOf, removeWords, ruleOf, ruleWords, sameRule, typedOf } from './words';

export function KeptPipeline({ kept, onSaved }: { kept: RunsKept; onSaved: () => void }) {
  const [changing, setChanging] = useState(false);
  const { pipelineId, name, known, bytes, oldest, expired, retention } = kept;
  return (
    <li className="flex flex-col gap-3 rounded-panel border border-border p-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-48 flex-1">
          <h3 className="text-base font-medium">
            {known ? (
              <Link
                to="/pipelines/$pipelineId"
                params={{ pipelineId }}
                search={{ tab: 'runs' }}
                className="focus-inset rounded-small hover:underline"
              >
                {name}
              </Link>
            ) : (
              name
            )}
          </h3>
          <p className="tabular text-caption text-muted-foreground">
            {countWords(kept)}
            {bytes > 0 && ` · ${formatBytes(bytes)}`}
            {oldest !== undefined && (
              <>
                {' '}
                · the oldest <Time at={oldest} />
              </>
            )}
            {expired > 0 && <span className="text-warning"> · {formatPlural(expired, 'is', 'are')} too old</span>}
          </p>
          <p className="tabular mt-1 text-dense">
            {ruleWords(retention)}
            {!known && ' It isn’t in your library: it was removed, or run from a file.'}
          </p>
        </div>
        {known && !changing && (
          <Button onClick={() => setChanging(true)} aria-label={`Change how long runs of ${name} are kept`}>
            Change
          </Button>
        )}
      </div>
      {changing && (
        <Change
          kept={kept}
          onClose={() => setChanging(false)}
          onSaved={() => {
            setChanging(false);
            onSaved();
          }}
        />
      )}
    </li>
  );
}

const fields: readonly { field: keyof Retention; label: string; description: string }[] = [
  { field: 'runs', label: 'Runs', description: 'The newest, failed ones apart.' },
  { field: 'days', label: 'Days', description: 'From a run’s end on.' },
  { field: 'failedDays', label: 'Days of failed ones', description: 'However many there are.' },
];

function Change({ kept, onClose, onSaved }: { kept: RunsKept; onClose: () => void; onSaved: () => void }) {
  const { pipelineId, retention } = kept;
  const [typed, setTyped] = useState(() => typedOf(retention));
  const save = useMutate('pipeline/retention', { onDone: onSaved });
  const rule = ruleOf(typed);
  const asked = useQuiet(rule === null ? null : JSON.stringify(rule), 250);
  const [last, setLast] = useState(retention);
  // While a number is being typed what would go by the last whole rule is still said.
  const wanted = asked === null ? last : (JSON.parse(asked) as Retention);
  if (!sameRule(wanted, last)) setLast(wanted);
  const preview = useCall('run/kept', { pipelineId, retention: wanted }, { keepPrevious: true });
  const goes = preview.data?.pipelines[0];
  const settled = rule !== null && sameRule(rule, wanted) && !preview.isPlaceholderData && goes !== undefined;
  const unchanged = rule !== null && sameRule(rule, retention);
  const removes = settled && !unchanged && goes.expired > 0;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (rule !== null && !unchanged && settled) save.mutate({ id: pipelineId, retention: rule });
      }}
    >
      <div className="grid gap-3 sm:grid-cols-3">
        {fields.map(({ field, label, description }) => (
          <Field key={field} label={label} description={description} error={problemOf(field, typed[field])}>
            <Input
              inputMode="numeric"
              autoFocus={field === 'runs'}
              value={typed[field]}
              onChange={(next) => {
                setTyped({ ...typed, [field]: next });
                save.reset();
              }}
              className="tabular"
            />
          </Field>
        ))}
      </div>
      <p role="status" className="min-h-4.5 text-dense text-muted-foreground">
        {preview.error
          ? `What would go isn’t known. ${preview.error.message}`
          : !settled || unchanged
            ? ''
            : !removes
              ? 'With this, no run goes now.'
              : `With this, ${formatPlural(goes.expired, 'run')} ${goes.expired === 1 ? 'goes' : 'go'} ${preview.data?.waits === true ? 'once you said that the clock is right' : 'at once'}, for good.`}
      </p>
      {save.error && (
        <p role="alert" className="text-dense text-danger">
          It wasn’t saved. {save.error.message}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          variant={removes ? 'danger' : 'primary'}
          disabled={rule === null || unchanged || !settled}
          busy={save.isPending}
        >
          {removes ? removeWords(goes) : 'Save'}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
