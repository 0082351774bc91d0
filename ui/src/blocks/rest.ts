import { useEffect, useState, type RefObject } from 'react';

/** Long enough that a frame has passed in which the browser took down every height. */
const settleMs = 100;

/**
 * Whether finished groups of an answer may go unpainted out of sight. Only those of an answer that grew here, also after its end, and
 * only once they were laid out at this width: guessed heights would make the thread jump when somebody scrolls back to them.
 */
export function useRest(frame: RefObject<HTMLElement | null>, growing: boolean): boolean {
  const [grew, setGrew] = useState(growing);
  const [measured, setMeasured] = useState(false);
  if (growing && !grew) setGrew(true);

  useEffect(() => {
    if (!grew || !frame.current) return;
    let width: number | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry || entry.contentRect.width === width) return;
      width = entry.contentRect.width;
      setMeasured(false);
      clearTimeout(timer);
      timer = setTimeout(() => setMeasured(true), settleMs);
    });
    observer.observe(frame.current);
    return () => {
      observer.disconnect();
      clearTimeout(timer);
    };
  }, [frame, grew]);

  return measured;
}
