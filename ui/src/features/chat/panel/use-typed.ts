import { useCallback, useEffect, useRef, useState } from 'react';

const quietMs = 400;

/** A field that is kept a moment after typing stops; while something typed isn't kept yet, what others changed doesn't overwrite it. */
export function useTyped<T>(
  kept: T,
  keep: (value: T) => void,
): [value: T, type: (value: T) => void, flush: () => void] {
  const [typed, setTyped] = useState<{ value: T } | null>(null);
  const latest = useRef({ keep, typed });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = { keep, typed };
  });
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const { typed: waiting, keep: save } = latest.current;
    latest.current = { keep: save, typed: null };
    if (waiting) save(waiting.value);
    setTyped(null);
  }, []);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      const { typed: waiting, keep: save } = latest.current;
      if (waiting) save(waiting.value);
    },
    [],
  );
  const type = useCallback(
    (value: T) => {
      setTyped({ value });
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, quietMs);
    },
    [flush],
  );
  return [typed ? typed.value : kept, type, flush];
}
