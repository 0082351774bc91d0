import { useEffect, useState } from 'react';

import type { ContextMeasure } from '@/api/generated';
import { useClient } from '@/api/query';
import { useStore } from '@/lib/store';

import type { Transcript } from './transcript';

/** Long enough that the events of one verb have all come. */
const settleMs = 250;

/** How much of the model's window the next turn would use; measured again when something changed that matters. */
export function useContextMeasure(transcript: Transcript): ContextMeasure | null {
  const client = useClient();
  const contents = useStore(transcript.contents);
  const [measure, setMeasure] = useState<ContextMeasure | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.call('context/measure', { conversationId: transcript.id }, stop.signal).then(
        (answer) => setMeasure(answer),
        // Without a measure there is no meter.
        () => undefined,
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, transcript, contents]);
  return measure;
}
