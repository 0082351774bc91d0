/** What can be done with a model, as one list for its row's button, its right click and its panel. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Copy, Info, MessageSquarePlus, Play, Square, Star, Trash2, Wrench } from 'lucide-react';
import { useMemo, useState } from 'react';

import type { Model, ModelList, ModelState } from '@/api/generated';
import { toApiError } from '@/api/error';
import { callKey, useCall, useClient, useMutate } from '@/api/query';
import type { MenuEntry } from '@/components/menu';
import { showToast } from '@/components/toast';
import { useSteady } from '@/lib/steady';

import { isLocal, isRemovable } from './facts';

export const canLoad = (model: Model): boolean => isLocal(model) && model.state.type === 'on_disk';

export const canUnload = ({ state: { type } }: Model): boolean =>
  type === 'loaded' || type === 'unloading' || type === 'not_answering';

export const canChat = ({ capabilities }: Model): boolean =>
  capabilities.some((capability) => capability === 'chat' || capability === 'completion');

/** At once, before Web+ says so; returns what takes it back. */
function showState(queries: QueryClient, id: string, state: ModelState): () => void {
  const key = callKey('model/list', {});
  const before = queries.getQueryData<ModelList>(key);
  queries.setQueryData<ModelList>(
    key,
    (list) => list && { ...list, models: list.models.map((other) => (other.id === id ? { ...other, state } : other)) },
  );
  return () => queries.setQueryData(key, before);
}

/** For one model, each verb with how it goes. */
export function useModelVerbs(model: Model) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const settings = useCall('settings/get', {});
  const { id } = model;
  const show = (state: ModelState) => showState(queries, id, state);
  const start = useMutate('model/start', { optimistic: () => show({ type: 'loading', progress: 0 }) });
  // What hangs stays as it is until it is really gone.
  const stop = useMutate('model/stop', {
    optimistic: () => (model.state.type === 'loaded' ? show({ type: 'unloading' }) : undefined),
  });
  const repair = useMutate('model/repair');
  const chat = useMutate('conversation/create', {
    onDone: (conversation) =>
      void navigate({ to: '/chat/$conversationId', params: { conversationId: conversation.id } }),
  });
  const choose = useMutate('settings/update');
  return {
    start,
    stop,
    repair,
    chat,
    choose,
    isDefault: settings.data?.defaultModel === id,
    canLoad: canLoad(model),
    canUnload: canUnload(model),
    canChat: canChat(model),
  };
}

export type ModelVerbs = ReturnType<typeof useModelVerbs>;

/** A plain download again mends nothing, so this is a verb of its own. */
export const canRepair = (model: Model): boolean => model.state.type === 'damaged';

export type RowVerb = 'start' | 'stop' | 'repair';

export interface ShelfVerbs {
  run: (model: Model, verb: RowVerb) => void;
  chat: (model: Model) => void;
  choose: (model: Model) => void;
  /** What is being asked for which model. */
  pending: ReadonlyMap<string, RowVerb>;
  defaultModel: string | undefined;
}

const refusals: Record<RowVerb, string> = {
  start: 'wasn’t loaded',
  stop: 'wasn’t unloaded',
  repair: 'isn’t being repaired',
};

/** The same for all rows of a table at once: a hook of its own in each row would make a long list slow. */
export function useShelfVerbs(): ShelfVerbs {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const settings = useCall('settings/get', {});
  const [pending, setPending] = useState<ReadonlyMap<string, RowVerb>>(new Map());
  const refused = (title: string) => (thrown: unknown) =>
    void showToast({ title, description: toApiError(thrown).message, tone: 'danger' });
  const run = useSteady((model: Model, verb: RowVerb) => {
    const { id, name } = model;
    const next: ModelState | undefined =
      verb === 'start'
        ? { type: 'loading', progress: 0 }
        : verb === 'stop' && model.state.type === 'loaded'
          ? { type: 'unloading' }
          : undefined;
    const undo = next && showState(queries, id, next);
    setPending((before) => new Map(before).set(id, verb));
    client
      .call(`model/${verb}`, { id })
      .catch((thrown: unknown) => {
        undo?.();
        refused(`${name} ${refusals[verb]}`)(thrown);
      })
      .finally(() =>
        setPending((before) => {
          const after = new Map(before);
          after.delete(id);
          return after;
        }),
      );
  });
  const chat = useSteady((model: Model) => {
    client
      .call('conversation/create', { model: model.id })
      .then(({ id }) => navigate({ to: '/chat/$conversationId', params: { conversationId: id } }))
      .catch(refused('The chat wasn’t begun'));
  });
  const choose = useSteady((model: Model) => {
    client.call('settings/update', { defaultModel: model.id }).catch(refused('The model wasn’t chosen'));
  });
  const defaultModel = settings.data?.defaultModel;
  return useMemo(() => ({ pending, defaultModel, run, chat, choose }), [pending, defaultModel, run, chat, choose]);
}

export function modelEntries(
  model: Model,
  verbs: ShelfVerbs,
  { onShow, onRemove }: { onShow: () => void; onRemove: () => void },
): MenuEntry[] {
  const { id } = model;
  const entries: MenuEntry[] = [{ label: 'Show details', icon: Info, onSelect: onShow }];
  if (canChat(model)) {
    entries.push({
      label: 'New chat with it',
      icon: MessageSquarePlus,
      disabled: model.state.type === 'damaged',
      onSelect: () => verbs.chat(model),
    });
  }
  if (canLoad(model)) entries.push({ label: 'Load model', icon: Play, onSelect: () => verbs.run(model, 'start') });
  if (canUnload(model)) entries.push({ label: 'Unload model', icon: Square, onSelect: () => verbs.run(model, 'stop') });
  if (canRepair(model)) {
    entries.push({ label: 'Repair model', icon: Wrench, onSelect: () => verbs.run(model, 'repair') });
  }
  if (canChat(model)) {
    const isDefault = verbs.defaultModel === id;
    entries.push({
      label: isDefault ? 'Used for new chats' : 'Use for new chats',
      icon: Star,
      disabled: isDefault,
      onSelect: () => verbs.choose(model),
    });
  }
  entries.push({ label: 'Copy its name', icon: Copy, onSelect: () => void navigator.clipboard.writeText(id) });
  if (isRemovable(model)) {
    entries.push('separator', { label: 'Remove model', icon: Trash2, danger: true, onSelect: onRemove });
  }
  return entries;
}
