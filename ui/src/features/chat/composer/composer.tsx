/**
 * Where the person writes. What was typed is never lost: it is kept as a draft, and comes back when it can't be sent. Enter sends, Shift+Enter
 * makes a line, ↑ in an empty composer edits the message before.
 */
import { ArrowUp, Square } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import { toApiError, type ApiError } from '@/api/error';
import { ErrorState } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Textarea } from '@/components/textarea';

import { beginsRun, isBareRun } from '../state/run-command';
import { RunNames } from './run-names';

export interface ComposerProps {
  /** What stood unsent. */
  initial: string;
  /** Called for every change. */
  onDraft: (text: string) => void;
  /** Rejects with an `ApiError`; the text comes back then. */
  onSend: (text: string) => Promise<void>;
  running: boolean;
  onStop: () => void;
  onEditLast?: () => void;
  /** Why nothing can be sent now. */
  blocked?: string | null;
  /** The model picker. */
  picker: ReactNode;
  /** How full the window is. */
  meter?: ReactNode;
}

export function Composer(props: ComposerProps) {
  const { initial, onDraft, onSend, running, onStop, onEditLast, blocked, picker, meter } = props;
  const [text, setText] = useState(initial);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [hint, setHint] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const maxRows = useMaxRows();

  useEffect(() => field.current?.focus(), []);

  const write = (next: string) => {
    setText(next);
    setHint(null);
    onDraft(next);
  };
  const send = () => {
    if (text.trim() === '') return;
    if (running) return setHint('An answer is being written. Press Esc to stop it, then send.');
    if (isBareRun(text)) return setHint('Say which pipeline, and what it is about.');
    if (blocked !== undefined && blocked !== null) return setHint(blocked);
    const sent = text;
    write('');
    setFailure(null);
    onSend(sent).catch((thrown: unknown) => {
      setText((now) => {
        const back = now === '' ? sent : `${sent}\n\n${now}`;
        onDraft(back);
        return back;
      });
      setFailure(toApiError(thrown));
    });
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter and the arrows are its own.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && text === '' && !event.altKey && onEditLast) {
      event.preventDefault();
      onEditLast();
    }
  };

  return (
    <div className="mx-auto w-full max-w-reading px-4 pb-3 @2xl:px-6 @2xl:pb-4">
      {failure && (
        <ErrorState title="It wasn’t sent" traceId={failure.traceId} className="mb-2">
          {failure.message} What you wrote is below.
        </ErrorState>
      )}
      <form
        aria-label="Write a message"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        onClick={(event) => event.target === event.currentTarget && field.current?.focus()}
        className="relative overflow-hidden rounded-panel border border-control bg-popover transition-colors has-[textarea:focus-visible]:border-ring"
      >
        {meter}
        <Textarea
          bare
          ref={field}
          data-composer
          aria-label="Message"
          placeholder="Write a message"
          value={text}
          onChange={write}
          onKeyDown={press}
          minRows={1}
          maxRows={maxRows}
          className="block px-4 pt-3.5 pb-1 text-answer!"
        />
        {beginsRun(text) && (
          <RunNames
            text={text}
            onChoose={(next) => {
              write(next);
              field.current?.focus();
            }}
          />
        )}
        <div className="flex items-center gap-2 p-2">
          {picker}
          <p role="status" className="min-w-0 flex-1 truncate text-right text-caption text-muted-foreground">
            {hint}
          </p>
          {running ? (
            <IconButton
              label="Stop"
              shortcut="Escape"
              icon={StopIcon}
              type="button"
              variant="secondary"
              onClick={onStop}
            />
          ) : (
            <IconButton
              label="Send"
              shortcut="Enter"
              icon={ArrowUp}
              type="submit"
              variant="primary"
              disabled={text.trim() === ''}
            />
          )}
        </div>
      </form>
    </div>
  );
}

function StopIcon({ className }: { className?: string }) {
  return <Square aria-hidden className={className} fill="currentColor" strokeWidth={0} />;
}

const lineHeight = 20;

/** It grows to 40 % of the window's height. */
function useMaxRows(): number {
  const [rows, setRows] = useState(rowsNow);
  useEffect(() => {
    const measure = () => setRows(rowsNow());
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);
  return rows;
}

function rowsNow(): number {
  return Math.max(4, Math.floor((window.innerHeight * 0.4 - 90) / lineHeight));
}
