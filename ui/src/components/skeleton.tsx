import { classNames } from '@/lib/class-names';

/** The shape of what is coming; invisible for the first 300 ms, still afterwards. Give it a size. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={classNames('appears-late block rounded-small bg-muted', className)} />;
}

/** Rows of a list that is on its way; the words are for who can't see them. */
export function SkeletonRows({ rows = 5, label }: { rows?: number; label: string }) {
  return (
    <div role="status" className="flex flex-col gap-2 p-3">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className={classNames('h-5', ['w-11/12', 'w-3/4', 'w-5/6'][row % 3])} />
      ))}
    </div>
  );
}
