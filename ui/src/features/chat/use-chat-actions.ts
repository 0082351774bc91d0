/** What Chat adds to the palette and the shortcuts. */
import { PanelRight, Search, SquarePen } from 'lucide-react';
import { useEffect } from 'react';

import { registerShortcutNotes, useActions } from '@/lib/actions';

const notes = [
  { title: 'Send', section: 'Chat', shortcut: 'Enter' },
  { title: 'New line', section: 'Chat', shortcut: 'Shift+Enter' },
  { title: 'Stop the answer', section: 'Chat', shortcut: 'Escape' },
  { title: 'Edit the last message (from an empty composer)', section: 'Chat', shortcut: 'ArrowUp' },
  { title: 'Message before', section: 'Chat', shortcut: 'Alt+ArrowUp' },
  { title: 'Message after', section: 'Chat', shortcut: 'Alt+ArrowDown' },
  { title: 'Version before', section: 'Chat', shortcut: 'Alt+ArrowLeft' },
  { title: 'Version after', section: 'Chat', shortcut: 'Alt+ArrowRight' },
  { title: 'Rename the conversation', section: 'Conversations', shortcut: 'F2' },
  { title: 'Delete the conversation', section: 'Conversations', shortcut: 'Delete' },
] as const;

export function useChatActions({
  onNew,
  onPanel,
  onFind,
}: {
  onNew: () => void;
  onPanel: () => void;
  onFind: () => void;
}): void {
  useEffect(() => registerShortcutNotes(notes), []);
  useActions([
    { id: 'chat.new', title: 'New chat', section: 'Chat', shortcut: 'Mod+N', icon: SquarePen, run: onNew },
    {
      id: 'chat.find',
      title: 'Find a conversation by its title',
      section: 'Chat',
      shortcut: 'Mod+F',
      icon: Search,
      run: () => {
        onFind();
        requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-find-conversation]')?.focus());
      },
    },
    {
      id: 'chat.panel',
      title: 'Show or hide the chat settings',
      section: 'Chat',
      keywords: 'system prompt parameters temperature preset',
      shortcut: 'Mod+.',
      icon: PanelRight,
      run: onPanel,
    },
  ]);
}
