import { Copy } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { IconButton } from '@/components/icon-button';

export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1.5">
      <div className="flex min-h-6 items-center justify-between gap-2">
        <h3 className="text-caption font-medium text-muted-foreground">{title}</h3>
        {action}
      </div>
      {children}
    </section>
  );
}

/** Nothing is shown where nothing is known. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === undefined) return null;
  return (
    <div className="flex min-h-8 items-center justify-between gap-4 border-b border-border py-1 text-dense last:border-0">
      <dt className="shrink-0 text-muted-foreground">{name}</dt>
      <dd className="min-w-0 text-right break-words">{children}</dd>
    </div>
  );
}

/** A text as it is, with a way to take it along. */
export function Text({ title, text }: { title: string; text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <Section
      title={title}
      action={
        <IconButton
          label={copied ? `${title}: copied` : `Copy: ${title}`}
          icon={Copy}
          onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        />
      }
    >
      <pre
        tabIndex={0}
        aria-label={title}
        className="max-h-64 overflow-auto rounded-control border border-border bg-background p-2.5 font-mono text-caption whitespace-pre-wrap break-words select-text"
      >
        {text}
      </pre>
    </Section>
  );
}
