/** Where a typed key may be kept here and now. Never chosen silently: without a keychain nothing is preset. */
import type { KeepKey, KeyPlaces as Possible, Provider } from '@/api/generated';

export interface KeyPlace {
  value: KeepKey;
  label: string;
  note: string;
  disabled?: boolean;
}

/** What the vault needs before it keeps a key: nothing, its passphrase, or a new one. */
export type VaultNeeds = null | 'open' | 'make';

export interface KeyPlaces {
  vault: VaultNeeds;
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
  const needs = possible === undefined || possible.vault ? null : possible.vaultMade ? 'open' : 'make';
  const vault: KeyPlace = {
    value: 'vault',
    label: needs === 'make' ? 'In a vault under a passphrase' : 'In the vault',
    note: 'In a file that only the vault’s passphrase opens.',
  };
  const keychain: KeyPlace = {
    value: 'keychain',
    label: 'In this computer’s keychain',
    note: problem === undefined ? 'Protected by your login.' : 'It can’t be used at the moment.',
    ...(problem === undefined ? {} : { disabled: true }),
  };
  return {
    vault: needs,
    places: [keychain, ...(possible === undefined ? [] : [vault]), session],
    preset: possible === undefined || problem !== undefined ? null : 'keychain',
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Where a key can be kept at once; null where something must be chosen, or a vault opened, first. */
export function placeNow(chosen: KeepKey | null, { preset, vault }: KeyPlaces): KeepKey | null {
  const place = chosen ?? preset;
  return place === 'vault' && vault !== null ? null : place;
}

/** What is wrong with a new passphrase that was typed twice; null for nothing. The application checks its length all the same. */
export function passphraseProblem(first: string, second: string): string | null {
  if ([...first.trim()].length < 8) return 'At least 8 letters.';
  return first === second ? null : 'The two are not the same.';
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
