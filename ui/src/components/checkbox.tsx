import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Check, Minus } from 'lucide-react';
import type { ReactNode } from 'react';

export interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Some of what it stands for. */
  indeterminate?: boolean;
  disabled?: boolean;
  /** Its words; without them give `aria-label`. */
  children?: ReactNode;
  'aria-label'?: string;
}

export function Checkbox({ checked, onChange, indeterminate, disabled, children, ...aria }: CheckboxProps) {
  const box = (
    <BaseCheckbox.Root
      {...aria}
      checked={checked}
      indeterminate={indeterminate}
      onCheckedChange={(next) => onChange(next)}
      disabled={disabled}
      className="relative flex size-4 shrink-0 items-center justify-center rounded-small border border-control bg-background transition-colors after:absolute after:-inset-2 after:content-[''] data-checked:border-primary data-checked:bg-primary data-disabled:opacity-50 data-indeterminate:border-primary data-indeterminate:bg-primary"
    >
      <BaseCheckbox.Indicator className="flex text-primary-foreground">
        {indeterminate === true ? (
          <Minus aria-hidden className="size-3" strokeWidth={3} />
        ) : (
          <Check aria-hidden className="size-3" strokeWidth={3} />
        )}
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  );
  if (children === undefined) return box;
  return (
    <label className="flex min-h-8 items-center gap-2 text-dense text-foreground">
      {box}
      {children}
    </label>
  );
}
