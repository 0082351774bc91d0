/** Tells the journeys (`<html data-ready="true">`) and the shell's watchdog (`painted`) that something is to be seen in `root`. */
export function announceReady(root: Element, painted?: () => void): void {
  if (root.childElementCount > 0) {
    afterPaint(painted);
    return;
  }
  const observer = new MutationObserver(() => {
    if (root.childElementCount === 0) return;
    observer.disconnect();
    afterPaint(painted);
  });
  observer.observe(root, { childList: true });
}

function afterPaint(painted?: () => void): void {
  // The frame after the next one begins only when the first has been painted.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.documentElement.dataset.ready = 'true';
      painted?.();
    }),
  );
}
