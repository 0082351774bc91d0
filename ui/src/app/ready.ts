/** Tells the journeys (`<html data-ready="true">`) and the shell's watchdog (`painted`) that something is to be seen. */
export function announceReady(painted?: () => void): void {
  // The frame after the next one begins only when the first has been painted.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.documentElement.dataset.ready = 'true';
      painted?.();
    }),
  );
}
