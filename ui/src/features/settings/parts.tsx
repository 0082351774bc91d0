import type { ReactNode } from 'react';

/** A setting: its name and what it does at the left, its control at the right. */
export function Row({ title, note, children }: { title: ReactNode; note?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div className="min-w-48 flex-1">
        <p className="text-base font-medium">{title}</p>
        {note !== undefined && <p className="text-caption text-pretty text-muted-foreground">{note}</p>}
      </div>
      {children}
    </div>
  );
}

export function NotSaved({ message }: { message: string }) {
  return (
    <p role="alert" className="text-caption text-danger">
      It wasn’t saved. {message}
    </p>
  );
}
