import { Switch as BaseSwitch } from '@base-ui/react/switch';

export interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  /** Where no Field names it. */
  'aria-label'?: string;
}

/** For what takes effect at once. The pseudo-element makes a target of 32 px around the 20 px that are seen. */
export function Switch({ checked, onChange, disabled, ...aria }: SwitchProps) {
  return (
    <BaseSwitch.Root
      {...aria}
      checked={checked}
      onCheckedChange={(next) => onChange(next)}
      disabled={disabled}
      className="relative flex h-5 w-9 shrink-0 items-center rounded-pill bg-control p-0.5 transition-colors after:absolute after:-inset-1.5 after:content-[''] data-checked:bg-primary data-disabled:opacity-50"
    >
      <BaseSwitch.Thumb className="size-4 rounded-pill bg-primary-foreground transition-transform data-checked:translate-x-4" />
    </BaseSwitch.Root>
  );
}
