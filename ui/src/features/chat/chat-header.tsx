import { PanelLeft, PanelRight, SquarePen } from 'lucide-react';

import type { Conversation } from '@/api/generated';
import { IconButton } from '@/components/icon-button';
import { createStore, useStore } from '@/lib/store';

import type { Transcript } from './state/transcript';

export interface ChatHeaderProps {
  transcript: Transcript | null;
  panelOpen: boolean;
  onPanel: () => void;
  onList: () => void;
  onNew: () => void;
}

const none = createStore<Conversation | null>(null);

export function ChatHeader({ transcript, panelOpen, onPanel, onList, onNew }: ChatHeaderProps) {
  const conversation = useStore(transcript?.conversation ?? none);
  const title = transcript ? (conversation?.title ?? '') : 'New chat';
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-b border-border pr-2 pl-4">
      {/* Where the list and the conversation don’t fit beside each other: the split pane’s own limit and the rail. */}
      <span className="-ml-2 min-[728px]:hidden">
        <IconButton label="Conversations" icon={PanelLeft} onClick={onList} />
      </span>
      <h1 className="min-w-0 flex-1 truncate text-heading" title={title}>
        {title}
      </h1>
      <span className="min-[728px]:hidden">
        <IconButton label="New chat" shortcut="Mod+N" icon={SquarePen} onClick={onNew} />
      </span>
      <IconButton label="Chat settings" shortcut="Mod+." icon={PanelRight} pressed={panelOpen} onClick={onPanel} />
    </header>
  );
}
