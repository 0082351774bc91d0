import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';

import type { ModelListProblem } from '@/api/generated';
import { Button, buttonClass } from '@/components/button';

export interface ProblemsProps {
  problems: readonly ModelListProblem[];
  providerName: (slug: string) => string;
  onRetry: () => void;
  retrying: boolean;
}

/** Providers that could not be asked: each a row with its sentence and the button that helps. */
export function Problems({ problems, providerName, onRetry, retrying }: ProblemsProps) {
  if (problems.length === 0) return null;
  return (
    <ul
      aria-label="Providers that don’t answer"
      className="flex flex-col divide-y divide-border border-b border-border px-4"
    >
      {problems.map(({ provider, code, message }) => (
        <li key={provider} className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2">
          <CircleAlert aria-hidden className="size-4 shrink-0 text-warning" />
          <p role="alert" className="min-w-48 flex-1 text-dense">
            <span className="font-medium">{providerName(`${provider}/`)}.</span>{' '}
            <span className="text-muted-foreground">{message}</span>
          </p>
          {code === 'provider_auth' || code === 'keychain_missing' ? (
            <SettingsLink section="providers">Enter the key</SettingsLink>
          ) : code === 'engine_unavailable' || code === 'engine_failed' ? (
            <SettingsLink section="engine">Show the engine</SettingsLink>
          ) : (
            <Button busy={retrying} onClick={onRetry}>
              Ask again
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function SettingsLink({ section, children }: { section: string; children: string }) {
  return (
    <Link to="/settings/$section" params={{ section }} className={buttonClass('secondary', 'small')}>
      {children}
    </Link>
  );
}
