import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

export interface ChoiceListProps<T extends string> {
  options: readonly { value: T; label: string; note?: ReactNode; disabled?: boolean }[];
  /** Null while the person hasn't chosen. */
  value: T | null;
  onChange: (value: T) => void;
  /** What is being chosen. */
  'aria-label': string;
}

/** One of a few that need a sentence each. */
export function ChoiceList<T extends string>({ options, value, onChange, ...aria }: ChoiceListProps<T>) {
  return (
    <RadioGroup
      {...aria}
      value={value ?? ''}
      onValueChange={(next) => onChange(next as T)}
      className="flex flex-col divide-y divide-border overflow-hidden rounded-control border border-border"
    >
      {options.map((option) => (
        <label
          key={option.value}
          className={classNames(
            'flex min-h-10 items-start gap-2.5 px-3 py-2 has-focus-visible:bg-hover',
            option.disabled === true ? 'opacity-60' : 'hover:bg-hover',
          )}
        >
          <Radio.Root
            value={option.value}
            disabled={option.disabled}
            aria-label={option.label}
            className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-pill border border-control bg-background transition-colors data-checked:border-primary"
          >
            <Radio.Indicator className="size-2 rounded-pill bg-primary" />
          </Radio.Root>
          <span className="min-w-0">
            <span className="block text-dense font-medium">{option.label}</span>
            {option.note !== undefined && (
              <span className="block text-caption text-muted-foreground">{option.note}</span>
            )}
          </span>
        </label>
      ))}
    </RadioGroup>
  );
}
