/** The frame around every place: rail, place, status bar, and what floats over them. */
import { Outlet, useNavigate } from '@tanstack/react-router';

import { Toasts } from '@/components/toast';
import { Palette } from '@/features/palette';
import { useActions } from '@/lib/actions';

import { DatabaseNotice } from './database-notice';
import { usePaletteSources } from './palette-sources';
import { places } from './places';
import { Rail } from './rail';
import { ShortcutsDialog } from './shortcuts-dialog';
import { StatusBar } from './status-bar';

export function Shell() {
  const navigate = useNavigate();
  usePaletteSources();
  useActions(
    places.map((place) => ({
      id: `go.${place.path}`,
      title: `Go to ${place.title}`,
      section: 'Go to',
      shortcut: place.shortcut,
      icon: place.icon,
      run: () => void navigate({ to: place.path }),
    })),
  );
  return (
    <div className="flex h-full flex-col">
      <DatabaseNotice />
      <div className="flex min-h-0 flex-1">
        <Rail />
        <main className="min-h-0 min-w-0 flex-1">
          <Outlet />
        </main>
      </div>
      <StatusBar />
      <Palette />
      <ShortcutsDialog />
      <Toasts />
    </div>
  );
}
