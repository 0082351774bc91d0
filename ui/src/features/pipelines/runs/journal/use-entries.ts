/** The entries of a run's journal from the first on; what came since is asked for as the run's number rises. */
import { useEffect, useRef, useState } from 'react';

import { toApiError, type ApiError } from '@/api/error';
import type { JournalEntry } from '@/api/generated';
import { useClient } from '@/api/query';
import { useQuiet } from '@/lib/quiet';

/** A page, and how many entries are held at most. */
const page = 500;
const most = 20_000;

export interface Entries {
  entries: readonly JournalEntry[];
  error: ApiError | null;
  retry: () => void;
  /** Whether these are all there are. */
  all: boolean;
}

export function useEntries(run: string, seq: number): Entries {
  const client = useClient();
  const [entries, setEntries] = useState<readonly JournalEntry[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);
  const last = useRef(0);
  // A few times a second at most.
  const wanted = useQuiet(seq, 200);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      while (!stop.signal.aborted && last.current < Math.min(wanted, most)) {
        const { items } = await client.call('run/journal', { id: run, after: last.current, limit: page }, stop.signal);
        if (stop.signal.aborted || items.length === 0) return;
        last.current = items.at(-1)?.seq ?? last.current;
        setEntries((before) => [...before, ...items.filter(({ seq: one }) => one > (before.at(-1)?.seq ?? 0))]);
        setError(null);
      }
    };
    ask().catch((thrown: unknown) => !stop.signal.aborted && setError(toApiError(thrown)));
    return () => stop.abort();
  }, [client, run, wanted, round]);
  return { entries, error, retry: () => setRound(round + 1), all: entries.length < most };
}
