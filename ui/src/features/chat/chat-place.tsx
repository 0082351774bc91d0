/** Chat: the conversations at the left, the one that is open beside them. */
import { useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';

import { SplitPane } from '@/components/split-pane';
import { later } from '@/lib/later';
import { inspectorLimits } from '@/lib/panel-width';
import { windowStorage } from '@/lib/storage';

import { ChatHeader } from './chat-header';
import { ConversationList } from './list/conversation-list';
import { NewChat } from './new-chat';
import { Opening } from './opening';
import { useTranscript } from './state/transcripts';
import { useChatActions } from './use-chat-actions';

const ChatView = later(() => import('./chat-view'));
const SettingsPanel = later(() => import('./panel/settings-panel'));

/** Milliseconds after which what comes next is loaded: the first view has been painted. */
const quietMs = 300;

/** Pixels of window that hold list, conversation and settings beside each other. */
const sideBySide = 1040;

export function ChatPlace() {
  const { conversationId } = useParams({ strict: false });
  const navigate = useNavigate();
  const transcript = useTranscript(conversationId);
  const [listShown, setListShown] = useState(false);
  const [panelOpen, setPanelOpen] = useState(
    // Where it would hide the conversation it waits to be asked for.
    () => windowStorage().get('chat.panel') === 'open' && window.innerWidth >= sideBySide,
  );

  useEffect(() => {
    const timer = setTimeout(ChatView.prepare, quietMs);
    return () => clearTimeout(timer);
  }, []);
  const showPanel = useCallback((open: boolean) => {
    setPanelOpen(open);
    windowStorage().set('chat.panel', open ? 'open' : 'closed');
  }, []);
  const begin = useCallback(() => {
    setListShown(false);
    void navigate({ to: '/chat' });
    const before = document.activeElement;
    requestAnimationFrame(() => {
      // On a busy machine that is late: who has gone on to the picker meanwhile keeps the focus there.
      const now = document.activeElement;
      if (now === before || now === document.body) document.querySelector<HTMLElement>('[data-composer]')?.focus();
    });
  }, [navigate]);
  useChatActions({ onNew: begin, onPanel: () => showPanel(!panelOpen), onFind: () => setListShown(true) });

  return (
    <SplitPane
      name="conversations"
      label="Conversations"
      narrow={listShown ? 'side' : 'content'}
      side={<ConversationList openId={conversationId} onNew={begin} onOpen={() => setListShown(false)} />}
    >
      <SplitPane
        name="chat-settings"
        label="Chat settings"
        edge="right"
        limits={inspectorLimits}
        hidden={!panelOpen}
        narrow={panelOpen ? 'side' : 'content'}
        side={<SettingsPanel key={conversationId ?? ''} transcript={transcript} onClose={() => showPanel(false)} />}
      >
        <div className="flex h-full min-h-0 flex-col">
          <ChatHeader
            transcript={transcript}
            panelOpen={panelOpen}
            onPanel={() => showPanel(!panelOpen)}
            onList={() => setListShown(true)}
            onNew={begin}
          />
          <div className="min-h-0 flex-1">
            {transcript ? (
              <ChatView
                meanwhile={<Opening />}
                key={transcript.id}
                transcript={transcript}
                onOpenSettings={() => showPanel(true)}
                onNew={begin}
              />
            ) : (
              <NewChat />
            )}
          </div>
        </div>
      </SplitPane>
    </SplitPane>
  );
}
