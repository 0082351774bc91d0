import { classNames } from '@/lib/class-names';

export type Tone = 'neutral' | 'success' | 'warning' | 'danger' | 'info';

const dots: Record<Tone, string> = {
  neutral: 'bg-muted-foreground',
  success: 'bg-success',
  warning: 'bg-warning',
  danger: 'bg-danger',
  info: 'bg-info',
};

/** A state at a glance. Colour alone says nothing to many: words stand beside it, or in `label`. */
export function StatusDot({ tone, label, className }: { tone: Tone; label?: string; className?: string }) {
  return (
    <span
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined || undefined}
      className={classNames('inline-block size-2 shrink-0 rounded-pill', dots[tone], className)}
    />
  );
}
