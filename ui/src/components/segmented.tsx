import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';

import type { Icon } from './button';

export interface SegmentedProps<T extends string> {
  options: readonly { value: T; label: string; icon?: Icon }[];
  value: T;
  onChange: (value: T) => void;
  /** What is being chosen. */
  'aria-label': string;
}

/** One of two to four, all of them in sight. */
export function Segmented<T extends string>({ options, value, onChange, ...aria }: SegmentedProps<T>) {
  return (
    <RadioGroup
      {...aria}
      value={value}
      onValueChange={(next: T) => onChange(next)}
      className="inline-flex shrink-0 rounded-control border border-border bg-muted p-0.5"
    >
      {options.map(({ value: option, label, icon: IconShown }) => (
        <Radio.Root
          key={option}
          value={option}
          aria-label={label}
          className="flex h-8 items-center gap-1.5 rounded-[6px] border border-transparent px-2.5 text-dense font-medium text-muted-foreground transition-colors select-none hover:text-foreground data-checked:border-control data-checked:bg-background data-checked:text-foreground"
        >
          {IconShown && <IconShown className="size-4" />}
          {label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
