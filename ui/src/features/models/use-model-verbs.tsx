/** What can be done with a model, as one list for its row's button, its right click and its panel. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Copy, Info, MessageSquarePlus, Play, Square, Star, Trash2 } from 'lucide-react';

import type { Model, ModelList, ModelState } from '@/api/generated';
import { callKey, useCall, useMutate } from '@/api/query';
import type { MenuEntry } from '@/components/menu';

import { isLocal } from './facts';
import { isBuiltIn } from './use-shelf';

export function useModelVerbs(model: Model) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const settings = useCall('settings/get', {});
  const { id } = model;
  const show = (state: ModelState) => {
    const key = callKey('model/list', {});
    const before = queries.getQueryData<ModelList>(key);
    queries.setQueryData<ModelList>(
      key,
      (list) =>
        list && { ...list, models: list.models.map((other) => (other.id === id ? { ...other, state } : other)) },
    );
    return () => queries.setQueryData(key, before);
  };
  const start = useMutate('model/start', { optimistic: () => show({ type: 'loading', progress: 0 }) });
  const stop = useMutate('model/stop', { optimistic: () => show({ type: 'on_disk' }) });
  const chat = useMutate('conversation/create', {
    onDone: (conversation) =>
      void navigate({ to: '/chat/$conversationId', params: { conversationId: conversation.id } }),
  });
  const choose = useMutate('settings/update');
  return {
    start,
    stop,
    chat,
    choose,
    isDefault: settings.data?.defaultModel === id,
    canLoad: isLocal(model) && model.state.type === 'on_disk',
    canUnload: model.state.type === 'loaded',
    canChat: model.capabilities.some((capability) => capability === 'chat' || capability === 'completion'),
  };
}

export type ModelVerbs = ReturnType<typeof useModelVerbs>;

export function modelEntries(
  model: Model,
  verbs: ModelVerbs,
  { onShow, onRemove }: { onShow: (() => void) | undefined; onRemove: () => void },
): MenuEntry[] {
  const { id } = model;
  const entries: MenuEntry[] = [];
  if (onShow) entries.push({ label: 'Show details', icon: Info, onSelect: onShow });
  if (verbs.canChat) {
    entries.push({
      label: 'New chat with it',
      icon: MessageSquarePlus,
      disabled: model.state.type === 'damaged',
      onSelect: () => verbs.chat.mutate({ model: id }),
    });
  }
  if (verbs.canLoad) entries.push({ label: 'Load model', icon: Play, onSelect: () => verbs.start.mutate({ id }) });
  if (verbs.canUnload) entries.push({ label: 'Unload model', icon: Square, onSelect: () => verbs.stop.mutate({ id }) });
  if (verbs.canChat) {
    entries.push({
      label: verbs.isDefault ? 'Used for new chats' : 'Use for new chats',
      icon: Star,
      disabled: verbs.isDefault,
      onSelect: () => verbs.choose.mutate({ defaultModel: id }),
    });
  }
  entries.push({ label: 'Copy its name', icon: Copy, onSelect: () => void navigator.clipboard.writeText(id) });
  if (isBuiltIn(id)) {
    entries.push('separator', { label: 'Remove model', icon: Trash2, danger: true, onSelect: onRemove });
  }
  return entries;
}
