import { RefreshCw } from 'lucide-react';

import type { KeepKey } from '@/api/generated';
import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { ChoiceList } from '@/components/choice-list';
import { Disclosure } from '@/components/disclosure';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { useHost } from '@/host/host';

import { keyPlaces, placeNow, type KeyPlaces } from './key-places';
import { VaultFields } from './vault-fields';

export function useKeyPlaces(): KeyPlaces & { again: () => void; looking: boolean } {
  const possible = useCall('provider/key-places', {});
  return { ...keyPlaces(possible.data), again: () => void possible.refetch(), looking: possible.isFetching };
}

/** Where a key goes when it is sent now; null where the person must do something first. */
export function usePlaceNow(chosen: KeepKey | null): KeepKey | null {
  return placeNow(chosen, useKeyPlaces());
}

export interface KeyFieldsProps {
  /** Whose key. */
  name: string;
  value: string;
  onChange: (key: string) => void;
  keyUrl?: string | undefined;
  required?: boolean;
  autoFocus?: boolean;
}

/** The key is typed or pasted once; it is never shown again, here or anywhere. */
export function KeyField({ name, value, onChange, keyUrl, required = true, autoFocus }: KeyFieldsProps) {
  const host = useHost();
  return (
    <Field
      label={required ? 'API key' : 'API key (if it wants one)'}
      description={
        keyUrl === undefined ? (
          'It is typed once and never shown again.'
        ) : (
          <>
            It is typed once and never shown again.{' '}
            <button
              type="button"
              onClick={() => void host.openExternal(keyUrl)}
              className="rounded-small text-accent underline underline-offset-2"
              title={keyUrl}
            >
              Get a key from {name}
            </button>
          </>
        )
      }
    >
      <Input
        type="password"
        autoComplete="off"
        autoFocus={autoFocus}
        value={value}
        onChange={onChange}
        // Password managers of browsers would offer to keep it themselves.
        data-1p-ignore=""
        data-lpignore="true"
        className="font-mono"
      />
    </Field>
  );
}

/** Where the key goes. With a keychain one line that can be opened; without one, a question. */
export function KeepField({ value, onChange }: { value: KeepKey | null; onChange: (keep: KeepKey) => void }) {
  const { places, preset, problem, vault, again, looking } = useKeyPlaces();
  const chosen = value ?? preset;
  const choice = (
    <>
      <ChoiceList aria-label="Where to keep the key" options={places} value={chosen} onChange={onChange} />
      {chosen === 'vault' && vault !== null && <VaultFields needs={vault} />}
    </>
  );
  if (problem === undefined) {
    const words = places.find((place) => place.value === chosen)?.label.toLowerCase();
    return (
      <Disclosure title="Where to keep the key" note={words}>
        {choice}
      </Disclosure>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <p className="text-dense font-medium">Where to keep the key</p>
      <div role="status" className="rounded-control border border-warning-border bg-warning-surface px-3 py-2">
        <p className="text-dense">{problem}</p>
        <Button variant="ghost" icon={RefreshCw} busy={looking} onClick={again} className="mt-1 -ml-2.5">
          Look again
        </Button>
      </div>
      {choice}
    </div>
  );
}
