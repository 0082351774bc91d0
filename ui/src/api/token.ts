/**
 * The key to this page. It arrives behind the address's `#`, which browsers never send to a server, is moved into this tab's
 * session storage and taken out of the address, so that it stands in no history, bookmark or screenshot.
 */
import { createStore, type Store } from '@/lib/store';

const name = 'webplus.token';

export interface TokenStore {
  get: () => string | null;
  set: (token: string) => void;
  subscribe: (listener: () => void) => () => void;
}

export function createTokenStore(
  win: Pick<Window, 'location' | 'history' | 'sessionStorage' | 'addEventListener'>,
): TokenStore {
  const store: Store<string | null> = createStore(read(win));
  const set = (token: string) => {
    try {
      win.sessionStorage.setItem(name, token);
    } catch {
      // Refused storage: the token lives as long as the page does.
    }
    store.set(token);
  };
  const takeFromAddress = () => {
    const token = tokenInAddress(win.location.hash);
    if (token === null) return;
    set(token);
    win.history.replaceState(win.history.state, '', win.location.pathname + win.location.search);
  };
  takeFromAddress();
  // The address may be pasted into a tab that already shows the page: that changes only the fragment.
  win.addEventListener('hashchange', takeFromAddress);
  return { get: store.get, subscribe: store.subscribe, set };
}

/** The token in a whole address, in its fragment, or in a bare fragment. */
export function tokenInAddress(text: string): string | null {
  const hash = text.indexOf('#');
  if (hash < 0) return null;
  const token = new URLSearchParams(text.slice(hash + 1)).get('token');
  return token === null || token === '' ? null : token;
}

function read(win: Pick<Window, 'sessionStorage'>): string | null {
  try {
    return win.sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
