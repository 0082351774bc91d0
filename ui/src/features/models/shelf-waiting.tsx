import { Skeleton } from '@/components/skeleton';
import { classNames } from '@/lib/class-names';

/** The table before its rows have come, where they will stand. */
export function ShelfWaiting() {
  return (
    <div role="status">
      <span className="sr-only">Loading the list of models</span>
      {Array.from({ length: 8 }, (_, row) => (
        <div key={row} aria-hidden className="flex h-row items-center gap-4 px-4">
          <Skeleton className="size-4 shrink-0" />
          <Skeleton className={classNames('h-4', ['w-44', 'w-32', 'w-56'][row % 3])} />
          <span className="flex-1" />
          <Skeleton className="hidden h-4 w-20 @md:block" />
          <Skeleton className="hidden h-4 w-28 @2xl:block" />
          <Skeleton className="hidden h-4 w-16 @3xl:block" />
          <Skeleton className="size-4 shrink-0" />
        </div>
      ))}
    </div>
  );
}
