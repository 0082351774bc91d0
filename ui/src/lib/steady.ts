import { useCallback, useLayoutEffect, useRef } from 'react';

/**
 * The same function through all renders; called, it does what the newest render's does. For handlers that are passed on to what is
 * only drawn anew when something of it changed; never to be called while rendering.
 */
export function useSteady<Given extends readonly unknown[]>(
  call: (...given: Given) => void,
): (...given: Given) => void {
  const newest = useRef(call);
  useLayoutEffect(() => {
    newest.current = call;
  });
  return useCallback((...given: Given) => newest.current(...given), []);
}
