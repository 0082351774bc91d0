import { describe, expect, it } from 'vitest';

import { emptyForm, keyOfSecret, placeOf, placeWords, problemsOf } from './places';

const form = { ...emptyForm, name: 'github_token', address: ' https://api.github.com/x ', value: 'ghp_1' };

describe('secrets', () => {
  it('asks for a name, an address and one line', () => {
    expect(problemsOf(form)).toEqual({});
    expect(Object.keys(problemsOf(emptyForm))).toEqual(['name', 'address', 'value']);
    expect(problemsOf({ ...form, address: 'api.github.com' }).address).toBeDefined();
    expect(problemsOf({ ...form, type: 'commands', address: '' })).toEqual({});
    expect(problemsOf({ ...form, value: 'a\nb' }).value).toBeDefined();
  });

  it('says where one goes, and nowhere else', () => {
    expect(placeOf(form)).toEqual({ type: 'server', address: 'https://api.github.com/x' });
    expect(placeOf({ ...form, type: 'signing' })).toEqual({ type: 'signing' });
    expect(placeWords({ type: 'server', address: 'https://api.github.com' })).toContain('https://api.github.com');
  });

  it('tells two of one name apart by their place', () => {
    const at = (address: string) => keyOfSecret({ name: 'token', place: { type: 'server', address } });
    expect(at('https://a.example')).not.toBe(at('https://b.example'));
  });
});
