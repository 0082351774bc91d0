import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { useConnection } from '@/api/query';
import type { TokenStore } from '@/api/token';
import { useHost } from '@/host/host';
import { runByShortcut, runShortcut } from '@/lib/actions';
import { later } from '@/lib/later';

import { createPageRouter } from './router';

const TokenMissing = later(() => import('./token-missing'));

export function App({ token }: { token: TokenStore | null }) {
  const [router] = useState(createPageRouter);
  const connection = useConnection();
  const host = useHost();
  useEffect(() => {
    const press = (event: KeyboardEvent) => void runShortcut(event);
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  useEffect(() => host.onMenu(runByShortcut), [host]);
  useEffect(() => host.onGo((path) => void router.navigate({ to: path })), [host, router]);
  return connection.type === 'unauthorized' ? <TokenMissing token={token} /> : <RouterProvider router={router} />;
}
