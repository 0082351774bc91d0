import { beforeEach, expect, it, vi } from 'vitest';

import { createTokenStore, tokenInAddress } from './token';

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, '', '/');
});

it('moves the token from the address into this tab', () => {
  history.replaceState(null, '', '/models?model=a#token=s3cret');
  expect(createTokenStore(window).get()).toBe('s3cret');
  expect(location.href).not.toContain('s3cret');
  expect(location.pathname + location.search + location.hash).toBe('/models?model=a');
  expect(createTokenStore(window).get()).toBe('s3cret');
});

it('takes a token that is pasted into the open page’s address', () => {
  let pasted: () => void = () => undefined;
  const store = createTokenStore({
    location,
    history,
    sessionStorage,
    addEventListener: (_type: string, listener: () => void) => (pasted = listener),
  } as never);
  expect(store.get()).toBeNull();
  const heard = vi.fn();
  store.subscribe(heard);
  history.replaceState(null, '', '/#token=later');
  pasted();
  expect(store.get()).toBe('later');
  expect(heard).toHaveBeenCalledOnce();
  expect(location.hash).toBe('');
});

it('finds a token in a pasted address only behind the #', () => {
  expect(tokenInAddress('http://127.0.0.1:4321/#token=abc%2B1')).toBe('abc+1');
  expect(tokenInAddress('http://127.0.0.1:4321/?token=abc')).toBeNull();
  expect(tokenInAddress('#token=')).toBeNull();
});
