import { useEffect, useState } from 'react';

import { createStore, useStore } from './store';

// One timer for every relative time on the page; it rests while nobody looks.
const now = createStore(Date.now());
let followers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  if (!document.hidden) now.set(Date.now());
}

const ticking = {
  ...now,
  subscribe(listener: () => void) {
    const stop = now.subscribe(listener);
    followers += 1;
    timer ??= setInterval(tick, 15_000);
    return () => {
      stop();
      followers -= 1;
      if (followers === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  },
};

/** Milliseconds since 1970, moving every 15 seconds. */
export const useNow = (): number => useStore(ticking);

/** When the day of that time began where this person is; a day may have 23 or 25 hours. Milliseconds since 1970. */
export const midnightOf = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

const midnight = { ...ticking, get: () => midnightOf(Date.now()) };

/** When today began; another value once it is another day. */
export const useMidnight = (): number => useStore(midnight);

/** Now, in milliseconds since 1970, moving each second while `running`. */
export function useSeconds(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
