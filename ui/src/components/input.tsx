import type { ComponentProps } from 'react';

import { classNames } from '@/lib/class-names';

import type { Icon } from './button';
import { useControls } from './control';

export const inputClass =
  'min-w-0 rounded-control border border-control bg-background text-base text-foreground ' +
  'transition-colors hover:not-disabled:border-muted-foreground disabled:opacity-50 ' +
  'focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-ring data-invalid:border-danger';

export interface InputProps extends Omit<ComponentProps<'input'>, 'onChange' | 'size' | 'value' | 'defaultValue'> {
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  icon?: Icon;
}

export function Input({ onChange, icon: IconShown, className, ...rest }: InputProps) {
  const { input: Control } = useControls();
  const input = (
    <Control
      autoComplete="off"
      spellCheck={false}
      {...rest}
      onChange={(event) => onChange?.(event.target.value)}
      className={classNames(inputClass, 'h-9 w-full', IconShown ? 'pr-2.5 pl-8' : 'px-2.5', className)}
    />
  );
  if (!IconShown) return input;
  return (
    <span className="relative block w-full">
      <IconShown className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted-foreground" />
      {input}
    </span>
  );
}
