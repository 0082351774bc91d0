/** What can be done with a message: beside it, when it is pointed at or has the focus. */
import { Check, ChevronLeft, ChevronRight, Copy, Pencil, RefreshCw, SkipForward } from 'lucide-react';
import type { ReactNode } from 'react';

import type { MessageView } from '@/api/generated';
import { useCopy } from '@/blocks/copy';
import { IconButton } from '@/components/icon-button';
import { Menu } from '@/components/menu';

import { useChat } from '../state/use';

/** Shown without pointing where nothing can point. */
function Quiet({ children }: { children: ReactNode }) {
  return (
    <span className="flex items-center opacity-0 transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100 focus-within:opacity-100 [@media(hover:none)]:opacity-100">
      {children}
    </span>
  );
}

export function AnswerActions({ view }: { view: MessageView }) {
  const { transcript, attempt, picker } = useChat();
  const again = (model?: string) => attempt(view.id, transcript.regenerate(view.id, model));
  // What a pipeline gave is made again by a run.
  if (view.run)
    return view.text === '' ? null : (
      <Quiet>
        <CopyButton text={view.text} />
      </Quiet>
    );
  return (
    <Quiet>
      {view.text !== '' && <CopyButton text={view.text} />}
      <Menu
        trigger={<IconButton label="Write again" icon={RefreshCw} />}
        entries={[
          { label: 'Write again', icon: RefreshCw, onSelect: () => again() },
          {
            label: 'With another model…',
            onSelect: () => picker.set({ open: true, regenerate: view.id }),
          },
        ]}
      />
      {canContinue(view) && (
        <IconButton label="Continue" icon={SkipForward} onClick={() => attempt(view.id, transcript.resume(view.id))} />
      )}
    </Quiet>
  );
}

export function UserActions({ view }: { view: MessageView }) {
  const { editing } = useChat();
  return (
    <Quiet>
      <CopyButton text={view.text} />
      <IconButton label="Edit" icon={Pencil} onClick={() => editing.set(view.id)} />
    </Quiet>
  );
}

function CopyButton({ text }: { text: string }) {
  const [copied, copy] = useCopy();
  return (
    <IconButton
      label={copied ? 'Copied' : 'Copy as it was written'}
      icon={copied ? Check : Copy}
      onClick={() => copy(text)}
    />
  );
}

/** The other ways this was written or answered. */
export function Siblings({ view }: { view: MessageView }) {
  const { transcript, attempt } = useChat();
  const { siblings } = view;
  if (siblings.length < 2) return null;
  const at = siblings.indexOf(view.id);
  const go = (to: number) => {
    const id = siblings[to];
    if (id !== undefined) attempt(view.id, transcript.select(id));
  };
  return (
    <span className="tabular flex items-center text-caption text-muted-foreground" role="group" aria-label="Versions">
      <IconButton
        label="Version before"
        shortcut="Alt+ArrowLeft"
        icon={ChevronLeft}
        disabled={at <= 0}
        onClick={() => go(at - 1)}
      />
      <span className="min-w-6 text-center">
        {at + 1}/{siblings.length}
      </span>
      <IconButton
        label="Version after"
        shortcut="Alt+ArrowRight"
        icon={ChevronRight}
        disabled={at >= siblings.length - 1}
        onClick={() => go(at + 1)}
      />
    </span>
  );
}

/** Whether more can be written to it: it was stopped, cut off, or ended by the limit of tokens. */
export function canContinue(view: MessageView): boolean {
  if (view.text === '') return false;
  return view.status === 'cancelled' || view.status === 'interrupted' || view.finishReason === 'length';
}
