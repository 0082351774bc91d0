import { useEffect, useRef, useState } from 'react';

import { useStore } from '@/lib/store';

import { useChat } from '../state/use';

/** Says the end of an answer to who can't see it; the stream itself would only chatter. */
export function Announcer() {
  const { transcript } = useChat();
  const newest = useStore(transcript.thread).ids.at(-1);
  const [words, setWords] = useState('');
  const wasRunning = useRef(false);
  useEffect(() => {
    const message = newest === undefined ? undefined : transcript.message(newest);
    if (!message) return;
    const look = () => {
      const { view } = message.get();
      if (view.status === 'running') {
        if (!wasRunning.current) setWords('The answer is being written.');
        wasRunning.current = true;
      } else if (wasRunning.current) {
        wasRunning.current = false;
        setWords(ending(view.status, view.text, view.errorMessage));
      }
    };
    look();
    return message.subscribe(look);
  }, [transcript, newest]);
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  );
}

function ending(status: string, text: string, error: string | undefined): string {
  const said = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  switch (status) {
    case 'succeeded':
      return `The answer: ${said}`;
    case 'cancelled':
      return 'The answer was stopped.';
    default:
      return error ?? 'The answer broke off.';
  }
}
