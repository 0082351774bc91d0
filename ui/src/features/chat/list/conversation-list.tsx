/** All conversations, newest first: found by title, gone through with the arrow keys, renamed in place, deleted with a way back. */
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { MessagesSquare, Search, SquarePen } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';

import type { Conversation } from '@/api/generated';
import { useCallPages } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { SkeletonRows } from '@/components/skeleton';
import { useNow } from '@/lib/clock';
import { useQuiet } from '@/lib/quiet';
import { useDensity } from '@/lib/theme';

import { ConversationRow } from './conversation-row';
import { grouped } from './groups';
import { useConversationVerbs } from './use-conversation-verbs';

export interface ConversationListProps {
  openId: string | undefined;
  onNew: () => void;
  onOpen: () => void;
}

export function ConversationList({ openId, onNew, onOpen }: ConversationListProps) {
  const [typed, setTyped] = useState('');
  const title = useQuiet(typed.trim());
  const list = useCallPages('conversation/list', title === '' ? {} : { title });
  const { items } = list;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-1 border-b border-border pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate text-heading">Conversations</h2>
        <IconButton label="New chat" shortcut="Mod+N" icon={SquarePen} onClick={onNew} />
      </header>
      <div className="px-2 py-2">
        <Input
          data-find-conversation
          icon={Search}
          type="search"
          aria-label="Find a conversation by its title"
          placeholder="Find by title"
          value={typed}
          onChange={setTyped}
          onKeyDown={(event) => event.key === 'Escape' && setTyped('')}
        />
      </div>
      {list.isPending ? (
        <SkeletonRows rows={7} label="Loading the conversations" />
      ) : list.error && items.length === 0 ? (
        <Failure
          title="The conversations didn’t load"
          error={list.error}
          onRetry={() => void list.refetch()}
          className="m-2"
        />
      ) : items.length === 0 ? (
        <Empty found={title} onNew={onNew} />
      ) : (
        <Rows
          conversations={items}
          openId={openId}
          onOpen={onOpen}
          onNew={onNew}
          onMore={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined}
          failed={list.isFetchNextPageError}
        />
      )}
    </div>
  );
}

function Empty({ found, onNew }: { found: string; onNew: () => void }) {
  return (
    <div className="flex flex-col items-start gap-3 p-4 text-dense text-muted-foreground">
      <MessagesSquare aria-hidden className="size-5" />
      <p role="status" className="break-words">
        {found === ''
          ? 'What you talk about stands here, newest first. It is kept on this computer.'
          : `No conversation’s title holds “${found}”.`}
      </p>
      {found === '' && <Button onClick={onNew}>New chat</Button>}
    </div>
  );
}

interface RowsProps {
  conversations: readonly Conversation[];
  openId: string | undefined;
  onOpen: () => void;
  onNew: () => void;
  onMore: (() => void) | undefined;
  failed: boolean;
}

function Rows({ conversations, openId, onOpen, onNew, onMore, failed }: RowsProps) {
  const navigate = useNavigate();
  const now = useNow();
  const rows = useMemo(() => grouped(conversations, now), [conversations, now]);
  const rowHeight = useDensity() === 'dense' ? 32 : 40;
  const scroller = useRef<HTMLDivElement>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [current, setCurrent] = useState<string | undefined>(openId);
  const { rename, remove } = useConversationVerbs(openId, onNew);

  // eslint-disable-next-line react-hooks/incompatible-library -- the list is the only reader of the virtualizer's methods
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.type === 'heading' ? 32 : rowHeight),
    getItemKey: (index) => {
      const row = rows[index];
      return row?.type === 'conversation' ? row.conversation.id : `heading-${row?.title ?? index}`;
    },
    overscan: 8,
    paddingEnd: 12,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onMore && !failed && lastShown >= rows.length - 10) onMore();
  }, [onMore, failed, lastShown, rows.length]);

  const hasCurrent = rows.some((row) => row.type === 'conversation' && row.conversation.id === current);
  const tabStop = hasCurrent ? current : (conversations.find(({ id }) => id === openId) ?? conversations[0])?.id;

  const focusRow = (index: number) => {
    const row = rows[index];
    if (row?.type !== 'conversation') return;
    setCurrent(row.conversation.id);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus());
  };
  const step = (from: number, by: number) => {
    for (let index = from + by; index >= 0 && index < rows.length; index += by) {
      if (rows[index]?.type === 'conversation') return focusRow(index);
    }
  };
  const press = (event: KeyboardEvent, index: number, conversation: Conversation) => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = {
      ArrowDown: () => step(index, 1),
      ArrowUp: () => step(index, -1),
      Home: () => step(-1, 1),
      End: () => step(rows.length, -1),
      F2: () => setRenaming(conversation.id),
      Delete: () => {
        remove(conversation);
        step(index, rows[index + 1]?.type === 'conversation' ? 1 : -1);
      },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <ul aria-label="Conversations" className="relative w-full" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, key, start, size }) => {
          const row = rows[index];
          if (!row) return null;
          const place = { transform: `translateY(${start}px)`, height: size };
          return row.type === 'heading' ? (
            <li
              key={key}
              style={place}
              className="absolute inset-x-0 top-0 flex items-end px-4 pb-1.5 text-caption font-medium text-muted-foreground"
            >
              {row.title}
            </li>
          ) : (
            <li key={key} style={place} className="absolute inset-x-2 top-0">
              <ConversationRow
                conversation={row.conversation}
                index={index}
                isOpen={row.conversation.id === openId}
                isTabStop={row.conversation.id === tabStop}
                isRenaming={row.conversation.id === renaming}
                onOpen={() => {
                  setCurrent(row.conversation.id);
                  onOpen();
                  void navigate({ to: '/chat/$conversationId', params: { conversationId: row.conversation.id } });
                }}
                onKeyDown={(event) => press(event, index, row.conversation)}
                onRename={() => setRenaming(row.conversation.id)}
                onRenamed={(next) => {
                  setRenaming(null);
                  if (next !== null) rename(row.conversation, next);
                  focusRow(index);
                }}
                onDelete={() => remove(row.conversation)}
              />
            </li>
          );
        })}
      </ul>
      {failed && onMore && (
        <div className="p-2">
          <Button onClick={onMore}>Load more</Button>
        </div>
      )}
    </div>
  );
}
