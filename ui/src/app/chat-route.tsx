/** Chat, or the screen before it where there is nothing to chat with yet. */
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { useCall } from '@/api/query';
import { ChatPlace } from '@/features/chat';
import { dismissFirstStart, isFirstStart, useDismissed } from '@/features/first-start';
import { later } from '@/lib/later';

const FirstStartPlace = later(() => import('./first-start-place'));

/** One place for the chat that isn't one yet and for every conversation, so that going between them makes nothing anew. */
export function ChatRoute() {
  const { conversationId } = useParams({ strict: false });
  const dismissed = useDismissed();
  const [chatting, setChatting] = useState(false);
  // Once waved away, or by the address of a conversation, chat opens without asking anything first.
  const asks = !chatting && !dismissed && conversationId === undefined;
  const verdict = useVerdict(asks);
  if (!chatting && verdict === 'chat') setChatting(true);
  if (verdict === 'chat') return <ChatPlace />;
  return verdict === 'first' ? <FirstStartPlace /> : null;
}

function useVerdict(asks: boolean): 'chat' | 'first' | null {
  const conversations = useCall('conversation/list', { limit: 1 }, { enabled: asks });
  const list = useCall('model/list', {}, { enabled: asks });
  const providers = useCall('provider/list', {}, { enabled: asks });
  const begun = conversations.data && conversations.data.items.length > 0;
  useEffect(() => {
    // Only a window that has never shown a chat asks: it may well need this, so it comes while the answers are on their way.
    if (asks) FirstStartPlace.prepare();
  }, [asks]);
  useEffect(() => {
    // Who has talked here isn't asked for again: the next start shows chat at once.
    if (asks && begun === true) dismissFirstStart();
  }, [asks, begun]);
  if (!asks || begun === true) return 'chat';
  // Who can't be asked can't be told either: chat says what is wrong in its own place.
  if (conversations.error ?? list.error ?? providers.error) return 'chat';
  if (!conversations.data || !list.data || !providers.data) return null;
  return isFirstStart(false, conversations.data.items, providers.data, list.data) ? 'first' : 'chat';
}
