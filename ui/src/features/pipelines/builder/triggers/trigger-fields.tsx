/** The settings of a trigger, by its kind. */
import { useState } from 'react';

import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';

import { isRecord, type TriggerSpec } from '../../shared/definition';
import { triggerTopics } from '../../shared/topics';
import { PairsField } from '../inspector/pairs-field';
import { SuggestField } from '../inspector/suggest-field';
import { Words } from '../inspector/words';
import { kindOf, overlapWords, textOf, withField } from './kinds';
import { ScheduleFields, type Missed } from './schedule-fields';

export interface TriggerFieldsProps {
  trigger: TriggerSpec;
  /** What is wrong with a key of it. */
  problem: (key: string) => string | null;
  onChange: (next: TriggerSpec) => void;
}

const mono = 'font-mono text-dense!';

export function TriggerFields({ trigger, problem, onChange }: TriggerFieldsProps) {
  const set = (changes: Record<string, unknown>) => onChange(withField(trigger, changes));
  const text = (key: string) => textOf(trigger, key);
  const known = kindOf(trigger.kind);
  return (
    <div className="flex flex-col gap-3">
      {trigger.kind === 'schedule' && (
        <ScheduleFields
          cron={text('cron')}
          zone={textOf(trigger, 'tz', 'local')}
          missed={textOf(trigger, 'missed', 'once') as Missed}
          error={problem('cron')}
          onChange={set}
        />
      )}
      {trigger.kind === 'watch' && (
        <div className="grid items-end gap-2 sm:grid-cols-2">
          <Field label="Folder" description="Its full path on the computer where Web+ runs." error={problem('path')}>
            <Input value={text('path')} onChange={(path) => set({ path })} className={mono} />
          </Field>
          <Field label="Files" description={<Words>{'A pattern: `*.md`, `**/*.csv`.'}</Words>} error={problem('glob')}>
            {/* Without one it can't be kept, so an empty field stays empty only here. */}
            <Required value={text('glob')} onChange={(glob) => set({ glob })} />
          </Field>
          <Field
            label="Wait until it is still for"
            description="So that a file is whole before it is read."
            error={problem('debounce')}
          >
            <Input
              value={text('debounce')}
              placeholder="2s"
              onChange={(debounce) => set({ debounce })}
              className={mono}
            />
          </Field>
        </div>
      )}
      {trigger.kind === 'event' && (
        <div className="grid items-end gap-2 sm:grid-cols-2">
          <SuggestField
            label="What happens"
            description={<Words>{'`run.*` stands for all that begin so.'}</Words>}
            value={text('topic')}
            items={triggerTopics}
            none="Not one of the usual ones; it is kept as you write it."
            error={problem('topic')}
            onChange={(topic) => set({ topic })}
          />
          <Field
            label="Only if"
            description={<Words>{"An expression over `event`, such as `event.run.pipelineId == 'report'`."}</Words>}
            error={problem('filter')}
          >
            <Input value={text('filter')} onChange={(filter) => set({ filter })} className={mono} />
          </Field>
        </div>
      )}
      {trigger.kind === 'webhook' && (
        <Field
          label="Secret"
          description="The name of one for signing webhooks that you entered in the settings. Without one Web+ makes its own."
          error={problem('secret')}
          className="sm:w-1/2 sm:pr-1"
        >
          <Input
            value={text('secret')}
            placeholder="made by Web+"
            onChange={(secret) => set({ secret })}
            className={mono}
          />
        </Field>
      )}
      {trigger.kind !== 'api' && trigger.kind !== 'chat' && (
        <>
          <Field label="While its last run still runs" className="sm:w-1/2 sm:pr-1">
            <Select
              options={overlapWords}
              value={textOf(trigger, 'on_overlap', 'queue')}
              onChange={(next) => set({ on_overlap: next === 'queue' ? undefined : next })}
            />
          </Field>
          <PairsField
            label="Inputs of its runs"
            description={
              <Words>
                {known && known.event.length > 0
                  ? `Templates. They may name ${known.event.map((name) => `\`{{ event.${name} }}\``).join(', ')}.`
                  : 'Templates.'}
              </Words>
            }
            second="template"
            value={isRecord(trigger.inputs) ? trigger.inputs : undefined}
            onChange={(inputs) => set({ inputs })}
          />
        </>
      )}
    </div>
  );
}

function Required({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <Input
      value={text === '' ? '' : value}
      onChange={(next) => {
        setText(next);
        if (next !== '') onChange(next);
      }}
      className={mono}
    />
  );
}
