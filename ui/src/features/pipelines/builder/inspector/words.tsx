/** A sentence in which `code` is marked as in Markdown. */
export function Words({ children }: { children: string }) {
  return children.split('`').map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <code key={index} className="font-mono">
        {part}
      </code>
    ),
  );
}
