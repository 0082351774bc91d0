import { Link } from '@tanstack/react-router';

import { Tooltip } from '@/components/tooltip';
import { ariaShortcut } from '@/lib/shortcut';

import { places, type Place } from './places';
import { ThemeSwitch } from './theme-switch';

export function Rail() {
  return (
    <nav
      aria-label="Places"
      className="flex w-rail shrink-0 flex-col items-center gap-1 border-r border-border bg-panel py-2"
    >
      {places
        .filter((place) => place.last !== true)
        .map((place) => (
          <PlaceLink key={place.path} {...place} />
        ))}
      <span className="flex-1" />
      <ThemeSwitch />
      {places
        .filter((place) => place.last === true)
        .map((place) => (
          <PlaceLink key={place.path} {...place} />
        ))}
    </nav>
  );
}

function PlaceLink({ path, title, icon: IconShown, shortcut }: Place) {
  return (
    <Tooltip content={title} shortcut={shortcut} side="right">
      <Link
        to={path}
        aria-label={title}
        aria-keyshortcuts={shortcut && ariaShortcut(shortcut)}
        className="flex size-10 items-center justify-center rounded-control text-muted-foreground transition-colors hover:bg-hover hover:text-foreground aria-[current=page]:bg-accent-surface aria-[current=page]:text-accent"
        activeOptions={{ exact: false }}
      >
        <IconShown className="size-5" />
      </Link>
    </Tooltip>
  );
}
