/** Lucide's `Ellipsis` in two elements instead of four: a long list has one in each row. */
export function DotsIcon({ className }: { className?: string }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={4}
      strokeLinecap="round"
      className={className}
    >
      <path d="M5 12h.01M12 12h.01M19 12h.01" />
    </svg>
  );
}
