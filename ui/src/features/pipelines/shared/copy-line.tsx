/** A text to be taken elsewhere: shown whole, selectable, and copied by a button. */
import { Check, Copy } from 'lucide-react';

import { useCopy } from '@/blocks/copy';
import { Button } from '@/components/button';

export function CopyLine({ label, text }: { label: string; text: string }) {
  const [copied, copy] = useCopy();
  return (
    <div className="flex flex-col gap-1">
      <p className="text-dense font-medium">{label}</p>
      <div className="flex items-start gap-2">
        <code className="min-w-0 flex-1 rounded-control bg-muted px-2.5 py-1.5 font-mono text-dense break-all select-text">
          {text}
        </code>
        <Button icon={copied ? Check : Copy} aria-label={`Copy: ${label}`} onClick={() => copy(text)}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
    </div>
  );
}
