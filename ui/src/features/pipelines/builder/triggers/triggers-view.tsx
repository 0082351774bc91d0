/** What begins runs by itself: all triggers of the pipeline, and the way to add one. */
import { Plus, Zap } from 'lucide-react';

import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { Menu } from '@/components/menu';
import { ScrollArea } from '@/components/scroll-area';

import type { TriggerSpec } from '../../shared/definition';
import { freshId } from '../model/edits';
import { useEditor, useEditorState } from '../model/use-editor';
import { triggerKinds } from './kinds';
import { TriggerCard } from './trigger-card';

const none: readonly TriggerSpec[] = [];

export default function TriggersView() {
  const editor = useEditor();
  const triggers = useEditorState((state) => state.definition.triggers ?? none);
  const live = useCall('trigger/list', { pipelineId: editor.id });
  const set = (label: string, change: (list: readonly TriggerSpec[]) => TriggerSpec[], merge?: string) =>
    editor.edit(label, (definition) => ({ ...definition, triggers: change(definition.triggers ?? []) }), merge);
  const add = (
    <Menu
      trigger={<Button icon={Plus}>Add a trigger</Button>}
      entries={triggerKinds.map(({ kind, title, icon, start }) => ({
        label: title,
        icon,
        onSelect: () =>
          set('Add a trigger', (list) => [
            ...list,
            { ...start, id: freshId(new Set(list.map(({ id }) => id)), kind), kind },
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
            index={index}
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
