import type { ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import type { Tone } from './status-dot';

const tones: Record<Tone | 'accent', string> = {
  neutral: 'border-border bg-muted text-foreground',
  success: 'border-success-border bg-success-surface text-success',
  warning: 'border-warning-border bg-warning-surface text-warning',
  danger: 'border-danger-border bg-danger-surface text-danger',
  info: 'border-info-border bg-info-surface text-info',
  accent: 'border-transparent bg-accent-surface text-accent',
};

export interface BadgeProps {
  children: ReactNode;
  tone?: Tone | 'accent';
  className?: string;
}

/** A short fact about a thing: "Q4_K_M", "Loaded", "128k". */
export function Badge({ children, tone = 'neutral', className }: BadgeProps) {
  return (
    <span
      className={classNames(
        'tabular inline-flex h-5 max-w-full items-center gap-1 rounded-pill border px-2 text-caption font-medium whitespace-nowrap',
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
