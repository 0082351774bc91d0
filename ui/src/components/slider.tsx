import { Field } from '@base-ui/react/field';
import { NumberField } from '@base-ui/react/number-field';
import { Slider as BaseSlider } from '@base-ui/react/slider';

import { classNames } from '@/lib/class-names';

import { inputClass } from './input';

export interface SliderProps {
  /** Names both the slider and the number. */
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  disabled?: boolean;
}

/** A slider for the feel, with its number for exactness; both can be typed into. Don't put it in a Field: it names itself. */
export function Slider({ label, value, onChange, min, max, step = 1, disabled }: SliderProps) {
  return (
    <Field.Root disabled={disabled} className="flex w-full items-center gap-3">
      <BaseSlider.Root
        value={value}
        onValueChange={(next) => onChange(next)}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        className="min-w-0 flex-1"
      >
        <BaseSlider.Control className="flex h-8 w-full touch-none items-center select-none data-disabled:opacity-50">
          <BaseSlider.Track className="h-1 w-full rounded-pill bg-control">
            <BaseSlider.Indicator className="rounded-pill bg-primary" />
            <BaseSlider.Thumb
              aria-label={label}
              className="size-4 rounded-pill border-2 border-primary bg-background has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring"
            />
          </BaseSlider.Track>
        </BaseSlider.Control>
      </BaseSlider.Root>
      <NumberField.Root
        value={value}
        onValueChange={(next) => next !== null && onChange(Math.min(max, Math.max(min, next)))}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        locale="en"
        format={{ useGrouping: false, maximumFractionDigits: 6 }}
      >
        <NumberField.Input
          aria-label={`${label}, number`}
          className={classNames(inputClass, 'tabular h-8 w-18 px-2.5 text-right')}
        />
      </NumberField.Root>
    </Field.Root>
  );
}
