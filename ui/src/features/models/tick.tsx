import { Check } from 'lucide-react';

interface TickProps {
  label: string;
  checked: boolean;
  /** With whether Shift was held. */
  onChange: (extend: boolean) => void;
  tabIndex?: number;
}

/** The looks of a Checkbox over the browser's own: a long list has many of them and each must cost next to nothing. */
export function Tick({ label, checked, onChange, tabIndex }: TickProps) {
  return (
    <span className="relative flex size-4">
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        tabIndex={tabIndex}
        onChange={(event) => onChange(event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)}
        className="peer size-4 appearance-none rounded-small border border-control bg-background checked:border-primary checked:bg-primary after:absolute after:-inset-2 after:content-['']"
      />
      <Check
        aria-hidden
        strokeWidth={3}
        className="pointer-events-none absolute inset-0.5 hidden size-3 text-primary-foreground peer-checked:block"
      />
    </span>
  );
}
