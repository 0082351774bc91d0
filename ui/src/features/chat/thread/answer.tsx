/** An answer: text on the page, what it waits for while it is written, one line of facts under it, and what went wrong in its place. */
import { useLayoutEffect, useRef } from 'react';

import { Blocks } from '@/blocks/blocks';
import { useStore } from '@/lib/store';

import type { LiveMessage } from '../state/live-message';
import { useChat, useShown } from '../state/use';
import { AnswerActions, Siblings } from './actions';
import { Facts } from './facts';
import { Reasoning } from './reasoning';
import { RunLine } from './run-line';
import { AnswerEnd, ActionFailure } from './trouble';
import { TurnProgressView } from './turn-progress';

export interface AnswerMessageProps {
  message: LiveMessage;
  position: number;
  /** Told before the painting that shows more of it. */
  onGrown: (article: HTMLElement) => void;
}

export function AnswerMessage({ message, position, onGrown }: AnswerMessageProps) {
  const article = useRef<HTMLElement>(null);
  const shown = useShown(message);
  const { trouble } = useChat();
  const failure = useStore(trouble);
  const { view } = shown;
  const running = view.status === 'running';
  useLayoutEffect(() => {
    if (running && article.current) onGrown(article.current);
  }, [shown, running, onGrown]);
  return (
    <article
      ref={article}
      data-message={view.id}
      tabIndex={-1}
      aria-label={`Answer, message ${position}`}
      aria-busy={running}
      className="group/message rounded-control pt-2 pb-4 outline-offset-8"
    >
      {view.reasoning !== '' && <Reasoning shown={shown} />}
      <Blocks blocks={view.blocks} growing={running} />
      {view.run && <RunLine run={view.run} status={view.status} gave={view.text !== ''} error={view.errorMessage} />}
      {running && !view.run && <TurnProgressView shown={shown} />}
      {shown.notice !== null && <p className="mt-2 text-dense text-muted-foreground">{shown.notice}</p>}
      {!running && !view.run && <AnswerEnd view={view} />}
      {failure?.at === view.id && <ActionFailure error={failure.error} />}
      {/* Under a run that gave nothing there is nothing to say or do. */}
      {!running && (!view.run || view.text !== '') && (
        <footer className="mt-1.5 -ml-2 flex min-h-8 flex-wrap items-center gap-x-1">
          <Siblings view={view} />
          <Facts view={view} />
          <AnswerActions view={view} />
        </footer>
      )}
    </article>
  );
}
