import { classNames } from '@/lib/class-names';

/** Never alone: words and a way to stop stand beside it. */
export function Spinner({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={classNames(
        'spins inline-block size-3.5 shrink-0 rounded-pill border-2 border-current border-r-transparent',
        className,
      )}
    />
  );
}
