/** Text as it is, every character of it. */
import { classNames } from '@/lib/class-names';

export function TextView({ text, mono = false, label = 'Text' }: { text: string; mono?: boolean; label?: string }) {
  if (text === '') return <p className="text-dense text-muted-foreground">An empty text.</p>;
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      className={classNames(
        'focus-inset max-h-120 overflow-auto rounded-control border border-border bg-panel px-3.5 py-3 break-words whitespace-pre-wrap',
        mono ? 'font-mono text-dense leading-5 [font-variant-ligatures:none]' : 'font-sans text-base',
      )}
    >
      {text}
    </pre>
  );
}
