/** One opened conversation: its messages, its composer, its settings. */
import { MessageSquareDashed } from 'lucide-react';
import { useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';

import { useClient } from '@/api/query';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { useHost } from '@/host/host';
import { useStore } from '@/lib/store';

import { Composer } from './composer/composer';
import { ContextMeter } from './composer/context-meter';
import { ModelPicker } from './composer/model-picker';
import { useDraft } from './composer/use-draft';
import { Opening } from './opening';
import { lastModel } from './state/fresh';
import { useModels } from './state/models';
import type { Transcript } from './state/transcript';
import { ChatContext, createChat, useChat } from './state/use';
import { useContextMeasure } from './state/use-context-measure';
import { Announcer } from './thread/announcer';
import { MessageList } from './thread/message-list';
import { useEscape } from './use-escape';

export interface ChatViewProps {
  transcript: Transcript;
  onOpenSettings: () => void;
  onNew: () => void;
}

export default function ChatView({ transcript, onOpenSettings, onNew }: ChatViewProps) {
  const client = useClient();
  const host = useHost();
  const phase = useStore(transcript.phase);
  const title = useStore(transcript.conversation)?.title ?? null;
  // eslint-disable-next-line react-hooks/exhaustive-deps -- one set of stores to a conversation; the opener does the same each time
  const chat = useMemo(() => createChat(transcript, onOpenSettings), [transcript]);

  useEffect(() => {
    host.setTitle(title);
    return () => host.setTitle(null);
  }, [host, title]);

  switch (phase.type) {
    case 'loading':
      return <Opening />;
    case 'failed':
      return (
        <div className="mx-auto max-w-reading p-6">
          <Failure
            title="The conversation didn’t open"
            error={phase.error}
            {...(phase.error.code === 'not_found'
              ? { onRetry: onNew, retryLabel: 'New chat' }
              : { onRetry: () => void transcript.load() })}
          />
        </div>
      );
    case 'removed':
      return (
        <EmptyState
          icon={MessageSquareDashed}
          title="This conversation was deleted"
          action={
            <span className="flex gap-2">
              <Button onClick={onNew}>New chat</Button>
              <Button
                variant="primary"
                onClick={() => void client.call('conversation/restore', { id: transcript.id }).catch(() => undefined)}
              >
                Bring it back
              </Button>
            </span>
          }
        >
          It can be brought back for 30 days, with every message.
        </EmptyState>
      );
    case 'ready':
      return (
        <ChatContext value={chat}>
          <Ready />
        </ChatContext>
      );
  }
}

function Ready() {
  const { transcript } = useChat();
  const measure = useContextMeasure(transcript);
  const leftOut = useMemo(() => new Set(measure?.leftOut), [measure]);
  const isEmpty = useStore(transcript.thread).ids.length === 0;
  return (
    <div className="@container flex h-full min-h-0 flex-col">
      {isEmpty ? <div className="flex-1" /> : <MessageList leftOut={leftOut} />}
      <ConversationComposer meter={<ContextMeter measure={measure} />} />
      <Announcer />
    </div>
  );
}

function ConversationComposer({ meter }: { meter: ReactNode }) {
  const client = useClient();
  const chat = useChat();
  const { transcript } = chat;
  const models = useModels();
  const conversation = useStore(transcript.conversation);
  const running = useRunning(transcript);
  const picker = useStore(chat.picker);
  const [initial] = useState(() => transcript.conversation.get()?.draft ?? '');

  const keepDraft = useDraft((draft) => {
    const now = transcript.conversation.get();
    if (now) transcript.conversation.set({ ...now, draft });
    // A draft that can't be kept now stands in the composer all the same.
    client.call('conversation/draft', { id: transcript.id, draft }).catch(() => undefined);
  });
  const stop = () => chat.attempt('composer', transcript.stop());
  useEscape(running, stop);

  const choose = (model: string) => {
    lastModel.set(model);
    if (picker.regenerate !== null) chat.attempt(picker.regenerate, transcript.regenerate(picker.regenerate, model));
    else chat.attempt('composer', transcript.update({ model }));
  };
  const editLast = () => {
    const { ids } = transcript.thread.get();
    const own = [...ids].reverse().find((id) => transcript.message(id)?.view.role === 'user');
    if (own !== undefined && !running) chat.editing.set(own);
  };

  return (
    <>
      <ComposerTrouble />
      <Composer
        initial={initial}
        onDraft={keepDraft}
        onSend={(text) => transcript.send(text, conversation?.model)}
        running={running}
        onStop={stop}
        onEditLast={editLast}
        meter={meter}
        picker={
          <ModelPicker
            models={models}
            chosen={conversation?.model}
            onChoose={choose}
            open={picker.open}
            title={picker.regenerate === null ? 'Model' : 'Write again with'}
            onOpenChange={(open) => chat.picker.set({ open, regenerate: open ? picker.regenerate : null })}
          />
        }
      />
    </>
  );
}

function ComposerTrouble() {
  const { trouble } = useChat();
  const failure = useStore(trouble);
  if (failure?.at !== 'composer') return null;
  return (
    <div className="mx-auto w-full max-w-reading px-6 pb-2">
      <Failure title="That didn’t work" error={failure.error} onRetry={() => trouble.set(null)} retryLabel="Dismiss" />
    </div>
  );
}

/** Whether the newest message is being written. */
function useRunning(transcript: Transcript): boolean {
  const newest = useStore(transcript.thread).ids.at(-1);
  const message = newest === undefined ? undefined : transcript.message(newest);
  return useSyncExternalStore(message?.subscribe ?? never, () => {
    const view = message?.get().view;
    // A run takes as long as it takes; the conversation goes on meanwhile.
    return view?.status === 'running' && view.run === undefined;
  });
}

const never = () => () => undefined;
