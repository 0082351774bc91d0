/** What a secret is for, in words and from a form. Pure. */
import type { KeepKey, SecretEntry, SecretPlace } from '@/api/generated';

export type PlaceType = SecretPlace['type'];

export const placeChoices: readonly { value: PlaceType; label: string }[] = [
  { value: 'server', label: 'Requests to one server' },
  { value: 'commands', label: 'Programs that steps run' },
  { value: 'signing', label: 'Signing webhooks' },
];

export function placeWords(place: SecretPlace): string {
  switch (place.type) {
    case 'server':
      return `To ${place.address} only`;
    case 'commands':
      return 'To programs on this computer';
    case 'signing':
      return 'For signing webhooks';
  }
}

export const keepWords: Record<KeepKey, string> = {
  keychain: 'in the keychain',
  vault: 'in the vault',
  session: 'until Web+ ends',
};

export interface SecretForm {
  name: string;
  type: PlaceType;
  address: string;
  value: string;
}

export const emptyForm: SecretForm = { name: '', type: 'server', address: '', value: '' };

export const placeOf = ({ type, address }: SecretForm): SecretPlace =>
  type === 'server' ? { type, address: address.trim() } : { type };

/** What is wrong with the form, by field; the application checks it all the same. */
export function problemsOf({ name, type, address, value }: SecretForm): Partial<Record<keyof SecretForm, string>> {
  const problems: Partial<Record<keyof SecretForm, string>> = {};
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(name)) problems.name = 'Letters, digits, - and _: as the pipeline names it.';
  if (type === 'server' && !isAddress(address)) problems.address = 'A web address, such as https://api.github.com.';
  if (value.trim() === '') problems.value = 'Paste the secret here.';
  else if (/[\r\n]/.test(value.trim())) problems.value = 'A secret is one line. Copy it again.';
  return problems;
}

function isAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text.trim()).protocol);
  } catch {
    return false;
  }
}

/** A key for a list: a name may stand for one secret at each place. */
export const keyOfSecret = ({ name, place }: Pick<SecretEntry, 'name' | 'place'>): string =>
  `${name} ${place.type} ${place.type === 'server' ? place.address : ''}`;
