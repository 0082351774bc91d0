/**
 * The shown thread: only what is near the window is in the page. It stands at its end while it grows, until somebody scrolls up; older
 * messages come in above without moving what is read.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';

import { Button } from '@/components/button';
import { Spinner } from '@/components/spinner';
import { formatCount, formatPlural } from '@/lib/format';
import { useStore } from '@/lib/store';

import type { LiveMessage } from '../state/live-message';
import { useChat } from '../state/use';
import { AnswerMessage } from './answer';
import { useMessageKeys } from './message-keys';
import { createPosition } from './position';
import { UserMessage } from './user-message';

/** Pixels from the end that still count as being there. */
const nearEnd = 24;
/** How many messages before the first loaded one the next page is asked for. */
const ahead = 12;

export function MessageList({ leftOut }: { leftOut: ReadonlySet<string> }) {
  const { transcript } = useChat();
  const { ids, hasMore } = useStore(transcript.thread);
  const older = useStore(transcript.older);
  const scroller = useRef<HTMLDivElement>(null);
  const [position] = useState(() => createPosition(nearEnd * 2));
  const atEnd = useStore(position.atEnd);

  // eslint-disable-next-line react-hooks/incompatible-library -- the list is the only reader of the virtualizer's methods
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (transcript.message(ids[index] ?? '')?.view.role === 'user' ? 96 : 320),
    getItemKey: (index) => ids[index] ?? index,
    overscan: 3,
    paddingStart: 16,
    paddingEnd: 24,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: nearEnd,
    directDomUpdates: true,
    // A layer for each message would cost memory, and a painting of its own each time that one of them grows.
    directDomUpdatesMode: 'position',
    useFlushSync: false,
    onChange: position.moved,
    scrollToFn: position.scrollToFn,
    observeElementOffset: position.observeElementOffset,
  });
  const items = virtual.getVirtualItems();

  // A conversation opens at its end.
  useLayoutEffect(() => virtual.scrollToEnd(), [virtual]);

  // What the person sent is what they look at, wherever they had scrolled.
  const newest = ids.at(-1);
  const before = useRef(newest);
  useEffect(() => {
    if (before.current === newest) return;
    before.current = newest;
    if (newest !== undefined && transcript.message(newest)?.view.status === 'running') virtual.scrollToEnd();
  }, [newest, transcript, virtual]);

  const first = items[0]?.index ?? 0;
  useEffect(() => {
    if (hasMore && first <= ahead && older.type === 'idle') void transcript.loadOlder();
  }, [hasMore, first, older, transcript]);

  // Measured in the task that grew it, so that the list follows within the same frame.
  const grown = useCallback(
    (article: HTMLElement) => {
      const row = article.closest<HTMLElement>('[data-index]');
      if (row) virtual.resizeItem(virtual.indexFromElement(row), row.offsetHeight);
    },
    [virtual],
  );
  const toEnd = useCallback(() => virtual.scrollToEnd(), [virtual]);
  const focusMessage = useCallback(
    (index: number) => {
      virtual.scrollToIndex(index, { align: 'auto' });
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] [data-message]`)?.focus(),
      );
    },
    [virtual],
  );
  useMessageKeys(scroller, ids, focusMessage);

  // The line stands above the first message that is still sent.
  const firstSent = leftOut.size === 0 ? -1 : ids.findIndex((id) => !leftOut.has(id));
  const cut = firstSent === 0 && hasMore ? -1 : firstSent;

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="region"
        aria-label="Messages"
        tabIndex={0}
        className="focus-inset h-full overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        {hasMore && (
          <div className="absolute inset-x-0 top-2 z-10 flex justify-center">
            {older.type === 'failed' ? (
              <Button onClick={() => void transcript.loadOlder()}>{older.error.message} Try again</Button>
            ) : (
              older.type === 'loading' && (
                <span
                  role="status"
                  className="appears-late floats flex h-7 items-center gap-2 rounded-pill px-3 text-caption"
                >
                  <Spinner /> Loading older messages
                </span>
              )
            )}
          </div>
        )}
        <div ref={virtual.containerRef} className="relative w-full">
          {items.map(({ index, key }) => {
            const message = transcript.message(ids[index] ?? '');
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className="absolute left-0 w-full [contain:layout_style]"
              >
                <div className="mx-auto max-w-reading px-4 @2xl:px-6">
                  {index === cut && <CutLine count={leftOut.size} />}
                  {message && <MessageView message={message} position={index + 1} onGrown={grown} />}
                </div>
              </div>
            );
          })}
        </div>
      </div>
      {!atEnd && <JumpToNewest onJump={toEnd} ids={ids} />}
    </div>
  );
}

interface MessageViewProps {
  message: LiveMessage;
  position: number;
  onGrown: (article: HTMLElement) => void;
}

const MessageView = memo(function MessageView({ message, position, onGrown }: MessageViewProps) {
  return message.view.role === 'user' ? (
    <UserMessage message={message} position={position} />
  ) : (
    <AnswerMessage message={message} position={position} onGrown={onGrown} />
  );
});

function CutLine({ count }: { count: number }) {
  return (
    <p className="tabular flex items-center gap-3 py-3 text-caption text-muted-foreground before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
      {formatPlural(count, 'earlier message is', 'earlier messages are')} not sent: the model’s window is full
    </p>
  );
}

/** Says how much came since the end was left. It is made anew each time that happens. */
function JumpToNewest({ ids, onJump }: { ids: readonly string[]; onJump: () => void }) {
  const { transcript } = useChat();
  const [left] = useState(() => ({ id: ids.at(-1), length: transcript.last()?.view.text.length ?? 0 }));
  const fresh = ids.length - 1 - ids.indexOf(left.id ?? '');
  const message = left.id === undefined ? undefined : transcript.message(left.id);
  const grown = useSyncExternalStore(
    message?.subscribe ?? never,
    () => message?.get().view.text.slice(left.length).split(/\s+/).filter(Boolean).length ?? 0,
  );
  const words =
    fresh > 0 && left.id !== undefined
      ? formatPlural(fresh, 'new message')
      : grown > 0
        ? `${formatCount(grown)} new ${grown === 1 ? 'word' : 'words'}`
        : 'Jump to newest';
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 z-10 flex justify-center">
      <button
        type="button"
        onClick={onJump}
        aria-label={`${words}. Jump to newest`}
        className="floats tabular pointer-events-auto flex h-8 items-center gap-2 rounded-pill px-3.5 text-dense font-medium hover:bg-muted"
      >
        <ArrowDown aria-hidden className="size-3.5 text-muted-foreground" />
        {words}
      </button>
    </div>
  );
}

const never = () => () => undefined;
