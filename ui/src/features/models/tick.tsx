import { Check, Minus } from 'lucide-react';

interface TickProps {
  label: string;
  checked: boolean;
  /** With whether Shift was held. */
  onChange: (extend: boolean) => void;
  tabIndex?: number;
  /** Some of what it stands for. */
  indeterminate?: boolean;
  disabled?: boolean;
}

/** The looks of a Checkbox over the browser's own: a long list has many of them and each must cost next to nothing. */
export function Tick({ label, checked, onChange, tabIndex, indeterminate = false, disabled = false }: TickProps) {
  const marked = checked || indeterminate;
  return (
    <span className="relative flex size-4">
      <input
        type="checkbox"
        aria-label={label}
        // No attribute says it, only the element itself.
        ref={(input) => {
          if (input) input.indeterminate = indeterminate;
        }}
        disabled={disabled}
        checked={checked}
        tabIndex={tabIndex}
        onChange={(event) => onChange(event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)}
        className="peer size-4 appearance-none rounded-small border border-control bg-background checked:border-primary checked:bg-primary indeterminate:border-primary indeterminate:bg-primary disabled:opacity-50 after:absolute after:-inset-2 after:content-['']"
      />
      {marked && <Mark indeterminate={indeterminate} />}
    </span>
  );
}

function Mark({ indeterminate }: { indeterminate: boolean }) {
  const Shown = indeterminate ? Minus : Check;
  return (
    <Shown
      aria-hidden
      strokeWidth={3}
      className="pointer-events-none absolute inset-0.5 size-3 text-primary-foreground"
    />
  );
}
