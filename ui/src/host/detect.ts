/** The one place that asks where the page runs. The other side's code isn't even loaded. */
import { createHttpTransport } from '@/api/http';
import { createTokenStore, type TokenStore } from '@/api/token';
import type { Transport } from '@/api/transport';

import { createBrowserHost } from './browser';
import type { Host } from './host';

export interface Surroundings {
  host: Host;
  transport: Transport;
  /** Null in the desktop, which needs none. */
  token: TokenStore | null;
}

export async function detectSurroundings(): Promise<Surroundings> {
  if ('__TAURI_INTERNALS__' in window) {
    const [{ createTauriHost }, { createTauriTransport }] = await Promise.all([
      import('./tauri'),
      import('@/api/tauri'),
    ]);
    return { host: createTauriHost(), transport: createTauriTransport(), token: null };
  }
  const token = createTokenStore(window);
  return {
    host: createBrowserHost(),
    transport: createHttpTransport({ token, origin: window.location.origin }),
    token,
  };
}
