import type { ReactNode } from 'react';

import type { Icon } from './button';

export interface EmptyStateProps {
  icon?: Icon;
  /** What this is: "No models yet". */
  title: string;
  /** What it is for, in a sentence or two, with an example. */
  children: ReactNode;
  /** The one button to begin with. */
  action?: ReactNode;
}

/** An empty place teaches. */
export function EmptyState({ icon: IconShown, title, children, action }: EmptyStateProps) {
  return (
    <div className="mx-auto flex h-full min-h-56 max-w-100 flex-col items-center justify-center gap-2 p-6 text-center">
      {IconShown && (
        <span className="mb-1 flex size-10 items-center justify-center rounded-panel border border-border bg-panel text-muted-foreground">
          <IconShown className="size-5" />
        </span>
      )}
      <h2 className="text-heading">{title}</h2>
      <div className="text-base text-pretty text-muted-foreground">{children}</div>
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  );
}
