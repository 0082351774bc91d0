import { useCallback, useEffect, useRef } from 'react';

/** Milliseconds of quiet before what is typed is kept. */
const quietMs = 500;

/** Keeps the newest text with `save`: after a pause in typing, and at once when the composer or the page goes away. */
export function useDraft(save: (text: string) => void): (text: string) => void {
  const latest = useRef(save);
  const waiting = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = save;
  });
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const text = waiting.current;
    waiting.current = null;
    if (text !== null) latest.current(text);
  }, []);
  useEffect(() => {
    window.addEventListener('pagehide', flush);
    document.addEventListener('visibilitychange', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      document.removeEventListener('visibilitychange', flush);
      flush();
    };
  }, [flush]);
  return useCallback(
    (text: string) => {
      waiting.current = text;
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, quietMs);
    },
    [flush],
  );
}
