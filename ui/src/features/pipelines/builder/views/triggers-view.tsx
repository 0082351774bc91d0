/** What begins runs by itself. */
import { Play, Plus, Trash2, Zap } from 'lucide-react';

import { useCall, useMutate } from '@/api/query';
import type { TriggerView } from '@/api/generated';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Menu } from '@/components/menu';
import { ScrollArea } from '@/components/scroll-area';
import { Switch } from '@/components/switch';
import { Time } from '@/components/time';

import type { TriggerSpec } from '../../shared/definition';
import { JsonField } from '../inspector/json-field';
import { freshId } from '../model/edits';
import { useEditor, useEditorState } from '../model/use-editor';

const none: readonly TriggerSpec[] = [];
const starts: { label: string; spec: Omit<TriggerSpec, 'id'> & { kind: string } }[] = [
  {
    label: 'By the clock',
    spec: { kind: 'schedule', cron: '0 7 * * 1-5', tz: 'local', missed: 'once', on_overlap: 'queue' },
  },
  { label: 'When a file changes', spec: { kind: 'watch', glob: 'tasks/*.md', debounce: '2s' } },
  { label: 'When something happens in Web+', spec: { kind: 'event', topic: 'run.failed' } },
  { label: 'By a webhook', spec: { kind: 'webhook', verify: 'standard-webhooks' } },
  { label: 'From the API', spec: { kind: 'api' } },
  { label: 'From chat', spec: { kind: 'chat' } },
];

export default function TriggersView() {
  const editor = useEditor();
  const triggers = useEditorState((state) => state.definition.triggers ?? none);
  const live = useCall('trigger/list', { pipelineId: editor.id });
  const set = (label: string, change: (list: readonly TriggerSpec[]) => TriggerSpec[], merge?: string) =>
    editor.edit(label, (definition) => ({ ...definition, triggers: change(definition.triggers ?? []) }), merge);
  const add = (
    <Menu
      trigger={<Button icon={Plus}>Add a trigger</Button>}
      entries={starts.map(({ label, spec }) => ({
        label,
        onSelect: () =>
          set('Add a trigger', (list) => [
            ...list,
            { ...spec, id: freshId(new Set(list.map(({ id }) => id)), spec.kind) },
          ]),
      }))}
    />
  );
  if (triggers.length === 0) {
    return (
      <EmptyState icon={Zap} title="Nothing begins it by itself" action={add}>
        A trigger runs the pipeline by the clock, when a file changes, or when somebody calls its webhook. Until then it
        runs when you say so.
      </EmptyState>
    );
  }
  return (
    <ScrollArea className="h-full p-4">
      <div className="mx-auto flex max-w-180 flex-col gap-4">
        {live.error && (
          <Failure
            title="What the triggers do now isn’t known"
            error={live.error}
            onRetry={() => void live.refetch()}
          />
        )}
        {triggers.map((trigger, index) => (
          <TriggerCard
            key={trigger.id}
            trigger={trigger}
            live={live.data?.find(({ id }) => id === trigger.id)}
            onChange={(next) =>
              set(
                'Change a trigger',
                (list) => list.map((one, at) => (at === index ? next : one)),
                `trigger.${trigger.id}`,
              )
            }
            onRemove={() => set('Delete a trigger', (list) => list.filter((_, at) => at !== index))}
          />
        ))}
        <div>{add}</div>
      </div>
    </ScrollArea>
  );
}

interface TriggerCardProps {
  trigger: TriggerSpec;
  live: TriggerView | undefined;
  onChange: (next: TriggerSpec) => void;
  onRemove: () => void;
}

function TriggerCard({ trigger, live, onChange, onRemove }: TriggerCardProps) {
  const editor = useEditor();
  const enable = useMutate('trigger/enable');
  const fire = useMutate('trigger/fire', { onDone: () => editor.say('A run has begun.') });
  const { id, kind, ...rest } = trigger;
  const failure = enable.error ?? fire.error;
  return (
    <section aria-label={id} className="flex flex-col gap-2 rounded-panel border border-border p-4">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="text-base font-medium">{live?.description ?? kind}</h3>
          <p className="text-caption text-muted-foreground">
            {id}
            {live?.nextAt !== undefined && (
              <>
                {' · next '}
                <Time at={live.nextAt} />
              </>
            )}
          </p>
        </div>
        {live && (
          <>
            <Button
              variant="ghost"
              icon={Play}
              busy={fire.isPending}
              onClick={() => fire.mutate({ pipelineId: editor.id, id })}
            >
              Run now
            </Button>
            <Switch
              aria-label={`${id} begins runs`}
              checked={live.enabled}
              onChange={(enabled) => enable.mutate({ pipelineId: editor.id, id, enabled })}
            />
          </>
        )}
        <IconButton label={`Delete ${id}`} icon={Trash2} onClick={onRemove} />
      </div>
      {live?.lastError !== undefined && <p className="text-dense text-danger">{live.lastError}</p>}
      {failure && <Failure title="That didn’t work" error={failure} />}
      <JsonField
        label="How"
        description="Such as cron and tz, glob and debounce, or inputs as templates over event."
        value={rest}
        onChange={(value) => onChange({ ...(value as object), id, kind })}
      />
    </section>
  );
}
