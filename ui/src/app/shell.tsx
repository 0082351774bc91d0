/** The frame around every place: rail, place, status bar, and what floats over them. */
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { SquarePen } from 'lucide-react';
import { useEffect } from 'react';

import { unreachableCode } from '@/api/error';
import { prepareCall, useCall, useClient } from '@/api/query';
import { Toasts } from '@/components/toast';
import { Palette } from '@/features/palette';
import { useRunToasts } from '@/features/pipelines/runs/active';
import { useActions } from '@/lib/actions';

import { Closed } from './closed';
import { DatabaseNotice } from './database-notice';
import { usePaletteSources } from './palette-sources';
import { places } from './places';
import { Rail } from './rail';
import { ShortcutsDialog } from './shortcuts-dialog';
import { StatusBar } from './status-bar';

/** Milliseconds after the first view, by when it has what it needs. */
const quietMs = 400;

export function Shell() {
  const navigate = useNavigate();
  const router = useRouter();
  // A pointer announces where it goes, a key doesn't: the place with the longest list is there before either.
  const client = useClient();
  const queries = useQueryClient();
  useEffect(() => {
    const timer = setTimeout(() => {
      void router.preloadRoute({ to: '/models' });
      prepareCall(queries, client, 'engine/state', {});
    }, quietMs);
    return () => clearTimeout(timer);
  }, [router, queries, client]);
  usePaletteSources();
  useRunToasts();
  useActions([
    ...places.map((place) => ({
      id: `go.${place.path}`,
      title: `Go to ${place.title}`,
      section: 'Go to',
      shortcut: place.shortcut,
      icon: place.icon,
      run: () => void navigate({ to: place.path }),
    })),
    {
      id: 'chat.new',
      title: 'New chat',
      section: 'Chat',
      shortcut: 'Mod+N',
      icon: SquarePen,
      everywhere: true,
      run: () =>
        void navigate({ to: '/chat' }).then(() =>
          requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-composer]')?.focus()),
        ),
    },
  ]);
  const status = useCall('system/status', {});
  // Web+ answers this whatever state it is in; only what couldn't be opened doesn't. One that isn't reached may be back soon.
  if (status.error && !status.data && status.error.code !== unreachableCode) {
    return <Closed error={status.error} looking={status.isFetching} onRetry={() => void queries.invalidateQueries()} />;
  }
  return (
    <div className="flex h-full flex-col">
      <DatabaseNotice />
      <div className="flex min-h-0 flex-1">
        <Rail />
        <div className="flex min-w-0 flex-1 flex-col">
          <main className="min-h-0 flex-1">
            <Outlet />
          </main>
          {/* Room for the messages that stand above the status bar. */}
          <div aria-hidden className="h-(--messages) shrink-0" />
        </div>
      </div>
      <StatusBar />
      <Palette />
      <ShortcutsDialog />
      <Toasts />
    </div>
  );
}
