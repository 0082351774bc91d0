import { DatabaseZap } from 'lucide-react';

import type { ApiError } from '@/api/error';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';

/** In place of everything: the window is open, and what it shows can't be. */
export function Closed({ error, looking, onRetry }: { error: ApiError; looking: boolean; onRetry: () => void }) {
  return (
    <main role="alert" className="h-full">
      <EmptyState
        icon={DatabaseZap}
        title="Your data can’t be opened"
        action={
          <Button variant="primary" size="medium" busy={looking} onClick={onRetry}>
            Try again
          </Button>
        }
      >
        <p className="break-words text-foreground">{error.message}</p>
        {error.traceId !== undefined && <p className="mt-2 font-mono text-caption select-all">trace {error.traceId}</p>}
      </EmptyState>
    </main>
  );
}
