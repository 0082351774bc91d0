import { Brain } from 'lucide-react';

import { Disclosure } from '@/components/disclosure';
import { useSeconds } from '@/lib/clock';
import { formatDuration } from '@/lib/format';

import type { Shown } from '../state/live-message';

/** What the model thought first: folded, and alive while it thinks. */
export function Reasoning({ shown }: { shown: Shown }) {
  const thinking = shown.thinkingSince !== null;
  const now = useSeconds(thinking);
  const seconds = shown.thinkingSince === null ? 0 : Math.max(0, Math.floor((now - shown.thinkingSince) / 1000));
  const title = thinking
    ? `Thinking… ${seconds} s`
    : shown.thoughtMs === null
      ? 'Thought first'
      : `Thought for ${formatDuration(Math.max(1000, shown.thoughtMs))}`;
  return (
    <div className="mb-2 -ml-1.5">
      <Disclosure
        title={
          <span className="tabular flex items-center gap-1.5 text-muted-foreground">
            <Brain aria-hidden className="size-4" />
            {title}
          </span>
        }
      >
        <div className="max-h-100 overflow-y-auto border-l-2 border-border pl-3 text-dense leading-5 break-words whitespace-pre-wrap text-muted-foreground">
          {shown.view.reasoning}
        </div>
      </Disclosure>
    </div>
  );
}
