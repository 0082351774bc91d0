import { Skeleton } from '@/components/skeleton';

/** Where a conversation will stand in a moment. */
export function Opening() {
  return (
    <div role="status" className="mx-auto flex w-full max-w-reading flex-col gap-4 px-6 pt-10">
      <span className="sr-only">Opening the conversation</span>
      <Skeleton className="h-12 w-2/5 self-end rounded-panel!" />
      <Skeleton className="h-4 w-11/12" />
      <Skeleton className="h-4 w-4/5" />
      <Skeleton className="h-4 w-2/3" />
    </div>
  );
}
