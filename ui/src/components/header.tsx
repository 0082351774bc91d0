import type { ReactNode } from 'react';

/** The line at the top of a place or a panel: its name, and what can be done with the whole of it. */
export function Header({
  title,
  note,
  children,
  level = 1,
}: {
  title: string;
  note?: ReactNode;
  children?: ReactNode;
  level?: 1 | 2;
}) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-border px-4">
      <Heading className="truncate text-heading">{title}</Heading>
      {note !== undefined && <span className="tabular text-dense text-muted-foreground">{note}</span>}
      <div className="ml-auto flex items-center gap-1">{children}</div>
    </header>
  );
}
