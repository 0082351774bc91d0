import { shortcutKeys, type Shortcut } from '@/lib/shortcut';

/** A shortcut as it is printed on this computer's keys. */
export function Kbd({ shortcut }: { shortcut: Shortcut }) {
  return (
    <span className="inline-flex shrink-0 items-center gap-0.5">
      {shortcutKeys(shortcut).map((key) => (
        <kbd
          key={key}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-small border border-border bg-muted px-1 font-sans text-[0.6875rem] leading-none text-foreground"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
