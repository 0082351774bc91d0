import { Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';

import type { Conversation } from '@/api/generated';
import { IconButton } from '@/components/icon-button';
import { inputClass } from '@/components/input';
import { ContextMenu, Menu, type MenuEntry } from '@/components/menu';
import { classNames } from '@/lib/class-names';
import { formatExact } from '@/lib/format';

export interface ConversationRowProps {
  conversation: Conversation;
  index: number;
  isOpen: boolean;
  /** The one row that Tab comes to. */
  isTabStop: boolean;
  isRenaming: boolean;
  onOpen: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onRename: () => void;
  /** Null where the person changed their mind. */
  onRenamed: (title: string | null) => void;
  onDelete: () => void;
}

export function ConversationRow(props: ConversationRowProps) {
  const { conversation, index, isOpen, isTabStop, isRenaming, onOpen, onKeyDown, onRename, onRenamed, onDelete } =
    props;
  if (isRenaming) return <TitleField title={conversation.title} onDone={onRenamed} />;
  const entries: MenuEntry[] = [
    { label: 'Rename', icon: Pencil, shortcut: 'F2', onSelect: onRename },
    { label: 'Delete', icon: Trash2, shortcut: 'Delete', danger: true, onSelect: onDelete },
  ];
  return (
    <ContextMenu entries={entries}>
      <div
        className={classNames(
          'group/row relative flex h-full items-center rounded-control transition-colors',
          isOpen ? 'bg-accent-surface' : 'hover:bg-hover',
        )}
      >
        <button
          type="button"
          data-row={index}
          tabIndex={isTabStop ? 0 : -1}
          aria-current={isOpen ? 'page' : undefined}
          title={`${conversation.title}\n${formatExact(conversation.updatedAt)}`}
          onClick={onOpen}
          onKeyDown={onKeyDown}
          className="focus-inset h-full min-w-0 flex-1 truncate rounded-control pr-2 pl-2.5 text-left text-dense group-focus-within/row:pr-9 group-hover/row:pr-9"
        >
          {conversation.title}
        </button>
        <span className="absolute right-0.5 opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 has-data-popup-open:opacity-100">
          <Menu
            align="end"
            trigger={
              <IconButton label={`More for “${conversation.title}”`} icon={Ellipsis} tabIndex={isTabStop ? 0 : -1} />
            }
            entries={entries}
          />
        </span>
      </div>
    </ContextMenu>
  );
}

function TitleField({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const [text, setText] = useState(title);
  const done = (keep: boolean) => {
    const next = text.trim();
    onDone(keep && next !== '' && next !== title ? next : null);
  };
  return (
    <input
      autoFocus
      data-own-escape
      aria-label="Title"
      value={text}
      maxLength={200}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => done(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') done(true);
        else if (event.key === 'Escape') done(false);
        event.stopPropagation();
      }}
      className={classNames(inputClass, 'h-full w-full px-2 text-dense!')}
    />
  );
}
