import { useEffect, useState } from 'react';

/** Whether the component has been shown: false until the frame with it was made. For what must not hold the first view up. */
export function useRested(): boolean {
  const [rested, setRested] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A task after the next frame's callbacks comes when that frame has been made.
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setRested(true));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, []);
  return rested;
}
