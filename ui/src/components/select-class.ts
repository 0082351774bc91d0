/** The looks of what a choice is made from, for what looks like a Select and is a lighter thing. */
export const selectClass =
  'flex h-9 min-w-36 items-center justify-between gap-2 rounded-control border border-control bg-background px-2.5 text-base ' +
  'text-foreground transition-colors select-none hover:not-data-disabled:border-muted-foreground data-disabled:opacity-50 ' +
  'data-invalid:border-danger data-popup-open:bg-muted';
