/** The last lines that a try said, kept with it. While it is under way they are told as they come (`StepText`). */
export function Log({ lines }: { lines: readonly string[] }) {
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label="Log"
      className="focus-inset max-h-72 overflow-auto rounded-control border border-border bg-panel px-3 py-2 font-mono text-caption break-words whitespace-pre-wrap"
    >
      {lines.join('\n')}
    </pre>
  );
}
