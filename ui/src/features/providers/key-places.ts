/** Where a typed key may be kept here and now. Never chosen silently: without a keychain nothing is preset. */
import type { KeepKey, KeyPlaces as Possible, Provider } from '@/api/generated';

export interface KeyPlace {
  value: KeepKey;
  label: string;
  note: string;
  disabled?: boolean;
}

export interface KeyPlaces {
  places: KeyPlace[];
  /** What holds unless the person chooses; null where they must. */
  preset: KeepKey | null;
  /** Why the keychain can't be used. */
  problem?: string;
}

export function keyPlaces(possible: Possible | undefined): KeyPlaces {
  const problem = possible?.keychainProblem;
  const session: KeyPlace = {
    value: 'session',
    label: 'For this session only',
    note: 'In memory. It is forgotten when Web+ ends, and you enter it again.',
  };
  const vault: KeyPlace = {
    value: 'vault',
    label: 'In the vault',
    note: 'In a file that only the vault’s passphrase opens.',
  };
  const keychain: KeyPlace = {
    value: 'keychain',
    label: 'In this computer’s keychain',
    note: problem === undefined ? 'Protected by your login.' : 'It can’t be used at the moment.',
    ...(problem === undefined ? {} : { disabled: true }),
  };
  return {
    places: [keychain, ...(possible?.vault === true ? [vault] : []), session],
    preset: possible === undefined || problem !== undefined ? null : 'keychain',
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Scheme, host and port, or null for what is no address. */
export function originOf(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : null;
  } catch {
    return null;
  }
}

/** Whether its key must be entered again when it moves there: a key never goes where it wasn't entered for. */
export function needsKeyAgain({ keySource, keyOrigin }: Provider, address: string): boolean {
  if (keySource.type === 'none' || keyOrigin === undefined) return false;
  const origin = originOf(address);
  return origin !== null && origin !== originOf(keyOrigin);
}
