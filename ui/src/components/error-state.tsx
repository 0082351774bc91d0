import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import { Button } from './button';

export interface ErrorStateProps {
  /** What happened, to what: "The model list didn't load". */
  title: string;
  /** Why, and what to do. */
  children: ReactNode;
  /** The one button that does it. */
  action?: ReactNode;
  /** Finds it in the log. */
  traceId?: string;
  className?: string;
}

/** Stands where it happened. */
export function ErrorState({ title, children, action, traceId, className }: ErrorStateProps) {
  return (
    <div
      role="alert"
      className={classNames(
        'flex items-start gap-3 rounded-panel border border-danger-border bg-danger-surface p-3.5',
        className,
      )}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
      <div className="min-w-0 flex-1">
        <p className="text-base font-medium">{title}</p>
        <div className="mt-0.5 text-dense break-words text-foreground">{children}</div>
        {traceId !== undefined && (
          <p className="mt-1 font-mono text-caption text-foreground select-all">trace {traceId}</p>
        )}
        {action !== undefined && <div className="mt-2.5">{action}</div>}
      </div>
    </div>
  );
}

export interface FailureProps {
  /** What didn't work: "The model list didn't load". */
  title: string;
  /** What a call rejected with: its sentence already says why and what to do. */
  error: { message: string; traceId?: string | undefined };
  onRetry?: () => void;
  retryLabel?: string;
  className?: string;
}

/** A failed call, in place. */
export function Failure({ title, error, onRetry, retryLabel = 'Try again', className }: FailureProps) {
  return (
    <ErrorState
      title={title}
      traceId={error.traceId}
      className={className}
      action={onRetry && <Button onClick={onRetry}>{retryLabel}</Button>}
    >
      {error.message}
    </ErrorState>
  );
}
