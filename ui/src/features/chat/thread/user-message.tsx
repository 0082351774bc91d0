/** What the person wrote, as it was typed, in a quiet panel; edited in place. */
import { useState, type KeyboardEvent } from 'react';

import type { MessageView } from '@/api/generated';
import { Button } from '@/components/button';
import { Textarea } from '@/components/textarea';
import { formatCount } from '@/lib/format';
import { useStore } from '@/lib/store';

import type { LiveMessage } from '../state/live-message';
import { useChat, useShown } from '../state/use';
import { Siblings, UserActions } from './actions';
import { ActionFailure } from './trouble';

/** Characters that are shown of what was pasted. */
const shownCharacters = 4_000;

export function UserMessage({ message, position }: { message: LiveMessage; position: number }) {
  const { view } = useShown(message);
  const { editing, trouble } = useChat();
  const isEdited = useStore(editing) === view.id;
  const failure = useStore(trouble);
  return (
    <article
      data-message={view.id}
      tabIndex={-1}
      aria-label={`You, message ${position}`}
      className="group/message flex flex-col items-end pt-4 pb-2 outline-offset-8"
    >
      {isEdited ? <Editor view={view} /> : <Words text={view.text} />}
      {failure?.at === view.id && (
        <div className="w-full">
          <ActionFailure error={failure.error} />
        </div>
      )}
      {!isEdited && (
        <footer className="-mr-2 flex min-h-8 items-center">
          <UserActions view={view} />
          <Siblings view={view} />
        </footer>
      )}
    </article>
  );
}

function Words({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const isLong = text.length > shownCharacters;
  return (
    <div className="max-w-[85%] rounded-panel border border-border bg-panel px-4 py-2.5 text-answer break-words whitespace-pre-wrap">
      {isLong && !whole ? `${text.slice(0, shownCharacters)}…` : text}
      {isLong && (
        <Button variant="ghost" onClick={() => setWhole(!whole)} className="mt-1 -ml-2.5 flex text-accent!">
          {whole ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
        </Button>
      )}
    </div>
  );
}

function Editor({ view }: { view: MessageView }) {
  const { transcript, editing, attempt, focusComposer } = useChat();
  const [text, setText] = useState(view.text);
  const [busy, setBusy] = useState(false);
  const close = () => {
    editing.set(null);
    focusComposer();
  };
  const send = () => {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    const sent = transcript.edit(view.id, text).then(close);
    // What was written stays in the field when it can't be sent.
    attempt(
      view.id,
      sent.finally(() => setBusy(false)),
    );
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };
  return (
    <div
      data-own-escape
      className="w-full rounded-panel border border-control bg-background p-3 has-[textarea:focus-visible]:border-ring"
    >
      <Textarea
        bare
        autoFocus
        aria-label="Edit your message"
        value={text}
        onChange={setText}
        onKeyDown={press}
        onFocus={(event) => event.target.setSelectionRange(text.length, text.length)}
        minRows={2}
        maxRows={16}
        className="text-answer"
      />
      <div className="flex items-center justify-end gap-2 pt-2">
        <p className="mr-auto text-caption text-muted-foreground">The message before stays as another version.</p>
        <Button onClick={close}>Cancel</Button>
        <Button variant="primary" busy={busy} disabled={text.trim() === ''} onClick={send}>
          Send
        </Button>
      </div>
    </div>
  );
}
