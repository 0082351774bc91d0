/** Chat, or the screen before it where there is nothing to chat with yet. */
import { useCall } from '@/api/query';
import { ChatPlace } from '@/features/chat';
import { FirstStart, isFirstStart, useDismissed } from '@/features/first-start';
import { AddFileButton, DropZone, Incoming, Starters } from '@/features/models';
import { ConnectForm } from '@/features/providers';

export function ChatRoute() {
  const dismissed = useDismissed();
  // Once waved away, chat opens without asking anything first.
  return dismissed ? <ChatPlace /> : <Asked />;
}

function Asked() {
  const conversations = useCall('conversation/list', { limit: 1 });
  const list = useCall('model/list', {});
  const providers = useCall('provider/list', {});
  if (conversations.data && conversations.data.items.length > 0) return <ChatPlace />;
  // Who can't be asked can't be told either: chat says what is wrong in its own place.
  if (conversations.error ?? list.error ?? providers.error) return <ChatPlace />;
  if (!conversations.data || !list.data || !providers.data) return null;
  if (!isFirstStart(false, conversations.data.items, providers.data, list.data)) return <ChatPlace />;
  return (
    <DropZone>
      <FirstStart
        incoming={<Incoming filesOnly />}
        starters={<Starters first={2} />}
        addFile={<AddFileButton>Choose a file</AddFileButton>}
        connect={<ConnectForm cloudOnly onConnected={() => undefined} />}
      />
    </DropZone>
  );
}
