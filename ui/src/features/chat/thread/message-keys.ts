/** Alt+↑ and Alt+↓ go between messages, Alt+← and Alt+→ between the siblings of the one that has the focus, or of the newest that has any. */
import { useEffect, type RefObject } from 'react';

import { useChat } from '../state/use';

export function useMessageKeys(
  scroller: RefObject<HTMLElement | null>,
  ids: readonly string[],
  focusMessage: (index: number) => void,
): void {
  const chat = useChat();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
      if (document.querySelector('[data-modal]') !== null) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      // In a text the arrows move by words.
      const typed = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement ? target.value : '';
      const row = target?.closest<HTMLElement>('[data-index]');
      const at = row && scroller.current?.contains(row) ? Number(row.dataset.index) : null;
      if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
        event.preventDefault();
        const next = at === null ? ids.length - 1 : at + (event.key === 'ArrowUp' ? -1 : 1);
        if (next >= ids.length || (at === null && event.key === 'ArrowDown')) chat.focusComposer();
        else focusMessage(Math.max(0, next));
      } else if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && typed === '') {
        const ofNewest = [...ids].reverse().find((id) => (chat.transcript.message(id)?.view.siblings.length ?? 0) > 1);
        const id = at === null ? ofNewest : ids[at];
        const view = id === undefined ? undefined : chat.transcript.message(id)?.view;
        const next = view?.siblings[view.siblings.indexOf(view.id) + (event.key === 'ArrowLeft' ? -1 : 1)];
        event.preventDefault();
        if (view && next !== undefined) chat.attempt(next, chat.transcript.select(next));
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [chat, ids, focusMessage, scroller]);
}
