import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import type { Icon } from './button';
import type { Tone } from './status-dot';

const looks: Record<Tone, { box: string; icon: Icon; ink: string }> = {
  neutral: { box: 'border-border bg-panel', icon: Info, ink: 'text-muted-foreground' },
  info: { box: 'border-info-border bg-info-surface', icon: Info, ink: 'text-info' },
  success: { box: 'border-success-border bg-success-surface', icon: CircleCheck, ink: 'text-success' },
  warning: { box: 'border-warning-border bg-warning-surface', icon: TriangleAlert, ink: 'text-warning' },
  danger: { box: 'border-danger-border bg-danger-surface', icon: CircleAlert, ink: 'text-danger' },
};

export interface BannerProps {
  tone: Tone;
  /** A sentence: what is so, and what follows from it. */
  children: ReactNode;
  /** The one button that helps. */
  action?: ReactNode;
  className?: string;
}

/** Something to know about what stands below it. A failure is an ErrorState instead. */
export function Banner({ tone, children, action, className }: BannerProps) {
  const { box, icon: IconShown, ink } = looks[tone];
  return (
    <div
      role="status"
      className={classNames(
        'flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control border px-3 py-2',
        box,
        className,
      )}
    >
      <IconShown aria-hidden className={classNames('size-4 shrink-0', ink)} />
      <div className="min-w-40 flex-1 text-dense text-pretty break-words">{children}</div>
      {action}
    </div>
  );
}
