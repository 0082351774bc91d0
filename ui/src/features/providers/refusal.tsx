import type { ReactNode } from 'react';

import type { ApiError } from '@/api/error';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';

export interface RefusalProps {
  title: string;
  error: Pick<ApiError, 'code' | 'message' | 'traceId'>;
  onRetry?: (() => void) | undefined;
  /** Where the key can be entered anew. */
  onKey?: (() => void) | undefined;
  /** Where the address can be corrected. */
  onAddress?: (() => void) | undefined;
}

/** What went wrong with a provider, with the one button that helps against it. */
export function Refusal({ title, error, onRetry, onKey, onAddress }: RefusalProps) {
  return (
    <ErrorState title={title} traceId={error.traceId} action={helpFor(error.code, { onRetry, onKey, onAddress })}>
      {error.message}
    </ErrorState>
  );
}

function helpFor(code: string, { onRetry, onKey, onAddress }: Omit<RefusalProps, 'title' | 'error'>): ReactNode {
  switch (code) {
    case 'provider_auth':
    case 'keychain_missing':
      return onKey && <Button onClick={onKey}>Enter the key again</Button>;
    case 'provider_bad_reply':
    case 'not_found':
      return onAddress ? (
        <Button onClick={onAddress}>Correct the address</Button>
      ) : (
        onRetry && <Button onClick={onRetry}>Try again</Button>
      );
    // The form itself is where what was typed is put right.
    case 'invalid_input':
    case 'conflict':
    case 'forbidden':
    case 'read_only':
      return undefined;
    default:
      return onRetry && <Button onClick={onRetry}>Try again</Button>;
  }
}
