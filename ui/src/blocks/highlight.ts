/** Colours of code, asked for when it is seen: once when it is whole, at most four times a second while it grows. */
import { useEffect, useRef, useState, type RefObject } from 'react';

import type { CodeSpan } from '@/api/generated';
import { useClient } from '@/api/query';

import { useSeen } from './seen';

type Lines = CodeSpan[][];

const everyMs = 250;
const kept = 200;
const known = new Map<string, Lines | null>();

export function useColours(
  element: RefObject<HTMLElement | null>,
  language: string,
  text: string,
  open: boolean,
): Lines | null {
  const client = useClient();
  const seen = useSeen(element);
  const key = `${language}\n${text}`;
  const [lines, setLines] = useState<{ language: string; of: string; lines: Lines | null } | null>(null);
  const asked = useRef(0);
  const stored = known.get(key);
  const wanted = seen && language !== '' && text !== '' && stored === undefined;

  useEffect(() => {
    if (!wanted) return;
    const stop = new AbortController();
    const wait = open ? Math.max(0, asked.current + everyMs - performance.now()) : 0;
    const timer = setTimeout(() => {
      asked.current = performance.now();
      client.call('code/highlight', { language, text }).then(
        (answer) => {
          const found = answer.lines ?? null;
          if (!open) remember(key, found);
          setLines({ language, of: text, lines: found });
        },
        // Plain code is code too.
        () => undefined,
      );
    }, wait);
    stop.signal.addEventListener('abort', () => clearTimeout(timer));
    return () => stop.abort();
  }, [wanted, open, client, language, text, key]);

  if (stored !== undefined) return stored;
  // Spans of an earlier text still fit its continuation.
  return lines && lines.language === language && text.startsWith(lines.of) ? lines.lines : null;
}

function remember(key: string, lines: Lines | null): void {
  known.set(key, lines);
  const [oldest] = known.keys();
  if (known.size > kept && oldest !== undefined) known.delete(oldest);
}
