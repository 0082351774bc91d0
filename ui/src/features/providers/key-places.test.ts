import { expect, it } from 'vitest';

import type { Provider } from '@/api/generated';

import { keyPlaces, needsKeyAgain, originOf, passphraseProblem, placeNow } from './key-places';

const provider = (fields: Partial<Provider>): Provider => ({
  id: 'p',
  slug: 'p',
  name: 'P',
  kind: 'openai',
  baseUrl: 'https://api.example.com/v1',
  keySource: { type: 'keychain' },
  keyState: 'present',
  keyOrigin: 'https://api.example.com',
  enabled: true,
  ...fields,
});

it('keeps a key in the keychain unless told', () => {
  const { preset, places, problem } = keyPlaces({ vault: false, vaultMade: false });
  expect([preset, problem]).toEqual(['keychain', undefined]);
  expect(places.map(({ value, disabled }) => [value, disabled])).toEqual([
    ['keychain', undefined],
    ['vault', undefined],
    ['session', undefined],
  ]);
});

it('presets nothing without a keychain: the person chooses', () => {
  const without = keyPlaces({ vault: false, vaultMade: false, keychainProblem: 'No keychain answers.' });
  expect([without.preset, without.problem]).toEqual([null, 'No keychain answers.']);
  expect(without.places.map(({ value, disabled }) => [value, disabled === true])).toEqual([
    ['keychain', true],
    ['vault', false],
    ['session', false],
  ]);
  const vault = keyPlaces({ vault: true, vaultMade: true, keychainProblem: 'Locked.' });
  expect(vault.places.map(({ value }) => value)).toEqual(['keychain', 'vault', 'session']);
  expect(vault.preset).toBeNull();
  expect(keyPlaces(undefined).preset).toBeNull();
});

it('keeps nothing in a vault before it is made or opened', () => {
  const [none, closed, open] = [
    keyPlaces({ vault: false, vaultMade: false }),
    keyPlaces({ vault: false, vaultMade: true }),
    keyPlaces({ vault: true, vaultMade: true }),
  ];
  expect([none.vault, closed.vault, open.vault]).toEqual(['make', 'open', null]);
  expect([none, closed, open].map((places) => placeNow('vault', places))).toEqual([null, null, 'vault']);
  expect([placeNow(null, closed), placeNow('session', none)]).toEqual(['keychain', 'session']);
  expect(passphraseProblem('  seven12 ', '  seven12 ')).toMatch(/8 letters/);
  expect(passphraseProblem('long enough', 'long enouhg')).toMatch(/not the same/);
  expect(passphraseProblem('long enough', 'long enough')).toBeNull();
});

it('wants the key again for another scheme, host or port, and only then', () => {
  expect(needsKeyAgain(provider({}), 'https://api.example.com/v2')).toBe(false);
  for (const other of ['http://api.example.com/v1', 'https://api.example.com:8443/v1', 'https://evil.example/v1']) {
    expect(needsKeyAgain(provider({}), other)).toBe(true);
  }
  expect(needsKeyAgain(provider({}), 'https://api.exa')).toBe(true);
  expect(needsKeyAgain(provider({ keySource: { type: 'none' } }), 'https://evil.example')).toBe(false);
});

it('knows what is no address', () => {
  expect([originOf('file:///etc'), originOf('api.example.com'), originOf('https://a.b/c')]).toEqual([
    null,
    null,
    'https://a.b',
  ]);
});
