import type { ComponentProps } from 'react';

import { classNames } from '@/lib/class-names';
import { ariaShortcut, type Shortcut } from '@/lib/shortcut';

import { buttonClass, type ButtonVariant, type Icon } from './button';
import { Press } from './press';
import { Spinner } from './spinner';
import { Tooltip, type TooltipProps } from './tooltip';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  /** Its name to everybody: the tooltip's words and the accessible label. */
  label: string;
  icon: Icon;
  variant?: ButtonVariant;
  shortcut?: Shortcut;
  busy?: boolean;
  /** For a button that switches something on: whether it is on. */
  pressed?: boolean;
  /** 40 px instead of 32: in the rail. */
  large?: boolean;
  tooltipSide?: TooltipProps['side'];
}

export function IconButton({
  label,
  icon: IconShown,
  variant = 'ghost',
  shortcut,
  busy = false,
  pressed,
  large = false,
  tooltipSide,
  disabled,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut} side={tooltipSide}>
      <Press
        {...rest}
        aria-label={label}
        aria-pressed={pressed}
        aria-busy={busy || undefined}
        aria-keyshortcuts={shortcut && ariaShortcut(shortcut)}
        disabled={busy || disabled === true}
        focusableWhenDisabled
        className={classNames(
          buttonClass(variant, large ? 'largeIcon' : 'icon'),
          pressed === true && 'bg-accent-surface text-accent',
          className,
        )}
      >
        {busy ? <Spinner /> : <IconShown className={large ? 'size-5' : 'size-4'} />}
      </Press>
    </Tooltip>
  );
}
