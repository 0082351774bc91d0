import { Select as BaseSelect } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import { itemClass, popupClass } from './popup-class';
import { selectClass } from './select-class';

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  /** A second, quieter text. */
  note?: ReactNode;
  disabled?: boolean;
}

export interface SelectProps<T extends string> {
  options: readonly SelectOption<T>[];
  value: T | null;
  onChange: (value: T) => void;
  placeholder?: string;
  disabled?: boolean;
  /** Where no Field names it. */
  'aria-label'?: string;
  className?: string;
}

export function Select<T extends string>({
  options,
  value,
  onChange,
  placeholder = 'Choose',
  disabled,
  className,
  ...aria
}: SelectProps<T>) {
  return (
    <BaseSelect.Root
      items={options.map(({ value: item, label }) => ({ value: item, label }))}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled}
    >
      <BaseSelect.Trigger {...aria} className={classNames(selectClass, className)}>
        <BaseSelect.Value placeholder={placeholder} className="truncate data-placeholder:text-muted-foreground" />
        <BaseSelect.Icon>
          <ChevronsUpDown aria-hidden className="size-3.5 text-muted-foreground" />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner
          sideOffset={4}
          alignItemWithTrigger={false}
          collisionPadding={8}
          className="z-40 outline-none"
        >
          <BaseSelect.Popup
            className={classNames(
              popupClass,
              'max-h-[min(var(--available-height),22rem)] min-w-(--anchor-width) overflow-y-auto',
            )}
          >
            <BaseSelect.List>
              {options.map((option) => (
                <BaseSelect.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled}
                  className={itemClass}
                >
                  <span className="flex size-4 items-center justify-center">
                    <BaseSelect.ItemIndicator>
                      <Check aria-hidden className="size-4 text-accent" />
                    </BaseSelect.ItemIndicator>
                  </span>
                  <BaseSelect.ItemText>{option.label}</BaseSelect.ItemText>
                  {option.note !== undefined && (
                    <span className="ml-auto pl-4 text-caption text-muted-foreground">{option.note}</span>
                  )}
                </BaseSelect.Item>
              ))}
            </BaseSelect.List>
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}
