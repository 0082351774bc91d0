/** What stands where something broke: never a blank page. */
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { Component, type ErrorInfo, type ReactNode } from 'react';

import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';

/** A place that threw while it was drawn; the rail and the other places go on. */
export function PlaceFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className="mx-auto max-w-150 p-6">
      <ErrorState title="This place broke" action={<Button onClick={again}>Show it again</Button>}>
        Nothing that you wrote is lost. The reason: {reasonOf(error)}
      </ErrorState>
    </div>
  );
}

export function NotFound() {
  const router = useRouter();
  return (
    <EmptyState
      icon={Compass}
      title="There is nothing at this address"
      action={<Button onClick={() => void router.navigate({ to: '/chat' })}>Go to Chat</Button>}
    >
      It may have been deleted, or the address was cut short.
    </EmptyState>
  );
}

/** Around everything, for what no place catches. */
export class LastResort extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(thrown: unknown) {
    return { error: thrown instanceof Error ? thrown : new Error(reasonOf(thrown)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    return error ? <PageFailed reason={error.message} /> : this.props.children;
  }
}

export function PageFailed({ reason }: { reason: string }) {
  return (
    <main className="mx-auto max-w-150 p-6 pt-[20vh]">
      <ErrorState
        title="The page broke"
        action={<Button onClick={() => window.location.assign('/')}>Load the page again</Button>}
      >
        Web+ itself goes on, and nothing that it kept is lost. The reason: {reason}
      </ErrorState>
    </main>
  );
}

export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
