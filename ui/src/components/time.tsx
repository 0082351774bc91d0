import { useNow } from '@/lib/clock';
import { formatExact, formatRelative } from '@/lib/format';

/** "3 min ago", moving; the exact time on hover. */
export function Time({ at, className }: { at: number; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)} className={className}>
      {formatRelative(at, now)}
    </time>
  );
}
