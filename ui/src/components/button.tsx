import type { ComponentProps, ComponentType, ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import { Press } from './press';
import { Spinner } from './spinner';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';
export type ButtonSize = 'small' | 'medium';
export type Icon = ComponentType<{ className?: string }>;

const variants: Record<ButtonVariant, string> = {
  primary: 'bg-primary text-primary-foreground hover:not-data-disabled:bg-primary-hover',
  secondary:
    'border border-border bg-background text-foreground hover:not-data-disabled:bg-muted data-popup-open:bg-muted',
  ghost:
    'text-foreground hover:not-data-disabled:bg-hover active:not-data-disabled:bg-pressed data-popup-open:bg-hover',
  danger: 'bg-danger-fill text-primary-foreground hover:not-data-disabled:bg-danger-fill-hover',
};

// 32 px is the smallest that a finger hits.
const sizes: Record<ButtonSize | 'icon' | 'largeIcon', string> = {
  small: 'h-8 px-2.5 text-dense',
  medium: 'h-9 px-3.5 text-base',
  icon: 'size-8',
  largeIcon: 'size-10',
};

export const buttonClass = (variant: ButtonVariant, size: keyof typeof sizes): string =>
  classNames(
    'inline-flex shrink-0 select-none items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap',
    'transition-[background-color,opacity] data-disabled:opacity-50',
    variants[variant],
    sizes[size],
  );

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** A verb: "Load model". */
  children: ReactNode;
  /** One primary action to a view. */
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: Icon;
  /** Working on it: it stays focused and keeps its words, but can't be pressed again. */
  busy?: boolean;
}

export function Button({
  variant = 'secondary',
  size = 'small',
  icon: IconShown,
  busy = false,
  disabled,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <Press
      {...rest}
      disabled={busy || disabled === true}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      className={classNames(buttonClass(variant, size), className)}
    >
      {busy ? <Spinner /> : IconShown && <IconShown className="-ml-0.5 size-4" />}
      {children}
    </Press>
  );
}
