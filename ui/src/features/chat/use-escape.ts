import { useEffect, useRef } from 'react';

/** Esc does it, unless something that is open on top of the page takes it. */
export function useEscape(active: boolean, run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (!active) return;
    // Looked at on the way down: what is open now may be closed by the same key before it comes back up.
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      const inside = event.target instanceof Element && event.target.closest('[data-own-escape]') !== null;
      if (inside || document.querySelector('[role="menu"], [role="dialog"], [role="listbox"]') !== null) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  }, [active]);
}
