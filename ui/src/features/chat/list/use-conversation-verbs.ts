import { useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { toApiError } from '@/api/error';
import type { Conversation, Page } from '@/api/generated';
import { useClient } from '@/api/query';
import { showToast } from '@/components/toast';

type Pages = InfiniteData<Page<Conversation>>;

/** Renaming and deleting, shown at once; what can't be done is taken back and said. */
export function useConversationVerbs(openId: string | undefined, onOpenGone: () => void) {
  const client = useClient();
  const queries = useQueryClient();

  const rename = useCallback(
    ({ id, title: before }: Conversation, title: string) => {
      change(queries, (list) => list.map((one) => (one.id === id ? { ...one, title } : one)));
      client.call('conversation/update', { id, title }).catch((thrown: unknown) => {
        change(queries, (list) => list.map((one) => (one.id === id ? { ...one, title: before } : one)));
        complain(`“${before}” wasn’t renamed`, thrown);
      });
    },
    [client, queries],
  );

  const remove = useCallback(
    ({ id, title }: Conversation) => {
      change(queries, (list) => list.filter((one) => one.id !== id));
      if (id === openId) onOpenGone();
      client.call('conversation/delete', { id }).then(
        () =>
          showToast({
            title: `Deleted “${short(title)}”`,
            action: {
              label: 'Undo',
              onSelect: () =>
                void client
                  .call('conversation/restore', { id })
                  .then(() => queries.invalidateQueries({ queryKey: ['conversation/list'] }))
                  .catch((thrown: unknown) => complain(`“${short(title)}” wasn’t brought back`, thrown)),
            },
          }),
        (thrown: unknown) => {
          void queries.invalidateQueries({ queryKey: ['conversation/list'] });
          complain(`“${short(title)}” wasn’t deleted`, thrown);
        },
      );
    },
    [client, queries, openId, onOpenGone],
  );

  return { rename, remove };
}

function change(queries: QueryClient, edit: (list: Conversation[]) => Conversation[]): void {
  queries.setQueriesData<Pages>({ queryKey: ['conversation/list'] }, (data) =>
    data && 'pages' in data
      ? { ...data, pages: data.pages.map((page) => ({ ...page, items: edit(page.items) })) }
      : data,
  );
}

function complain(title: string, thrown: unknown): void {
  showToast({ title, description: toApiError(thrown).message, tone: 'danger' });
}

function short(title: string): string {
  return title.length > 40 ? `${title.slice(0, 40)}…` : title;
}
