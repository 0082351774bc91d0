/** How an answer ended, where it didn't end well: what happened, and the one button that helps. What was written stays above it. */
import { useNavigate } from '@tanstack/react-router';
import { CircleSlash, Scissors } from 'lucide-react';

import type { ApiError } from '@/api/error';
import type { MessageView } from '@/api/generated';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';

import { useChat } from '../state/use';
import { remedyOf, titleOf, type Remedy } from './remedy';

export function AnswerEnd({ view }: { view: MessageView }) {
  const { transcript, attempt } = useChat();
  if (view.status === 'cancelled') {
    return (
      <p className="mt-2 flex items-center gap-2 text-dense text-muted-foreground">
        <CircleSlash aria-hidden className="size-4" />
        {view.text === '' ? 'Stopped before the first word.' : 'You stopped it here.'}
      </p>
    );
  }
  if (view.status === 'succeeded' && view.finishReason === 'length') {
    return (
      <p className="mt-2 flex flex-wrap items-center gap-2 text-dense text-muted-foreground">
        <Scissors aria-hidden className="size-4" />
        It reached its limit of tokens.
        <Button variant="ghost" className="text-accent!" onClick={() => attempt(view.id, transcript.resume(view.id))}>
          Continue
        </Button>
      </p>
    );
  }
  if (view.status === 'succeeded' && view.text === '') {
    return (
      <p className="mt-2 text-dense text-muted-foreground">
        The model ended without a word. Write it again, or ask differently.
      </p>
    );
  }
  if (view.status !== 'failed' && view.status !== 'interrupted') return null;
  return (
    <ErrorState title={titleOf(view)} action={<RemedyButton view={view} remedy={remedyOf(view)} />} className="mt-3">
      {view.errorMessage ?? withoutWords(view)}
    </ErrorState>
  );
}

function RemedyButton({ view, remedy }: { view: MessageView; remedy: Remedy }) {
  const { transcript, attempt, picker, openSettings } = useChat();
  const navigate = useNavigate();
  const act = () => {
    switch (remedy.type) {
      case 'retry':
        return attempt(view.id, transcript.regenerate(view.id));
      case 'continue':
        return attempt(view.id, transcript.resume(view.id));
      case 'choose-model':
        return picker.set({ open: true, regenerate: view.id });
      case 'providers':
        return void navigate({ to: '/settings/$section', params: { section: 'providers' } });
      case 'models':
        return void navigate({ to: '/models' });
      case 'chat-settings':
        return openSettings();
    }
  };
  return <Button onClick={act}>{remedy.label}</Button>;
}

/** A verb that was refused, beside what it was asked of. */
export function ActionFailure({ error }: { error: ApiError }) {
  const { trouble } = useChat();
  return (
    <ErrorState
      title="That didn’t work"
      traceId={error.traceId}
      className="mt-3"
      action={
        <Button variant="ghost" onClick={() => trouble.set(null)}>
          Dismiss
        </Button>
      }
    >
      {error.message}
    </ErrorState>
  );
}

/** After a power cut nobody was left to write down why. */
function withoutWords({ status, text }: MessageView): string {
  if (status !== 'interrupted') return 'Nothing more is known. Try again.';
  return text === ''
    ? 'Web+ ended before the first word came. Try again.'
    : 'Web+ ended while this was being written. What came is kept; continue it, or write it again.';
}
