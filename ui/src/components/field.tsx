import { Field as BaseField } from '@base-ui/react/field';
import type { ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import { ControlsContext, type Controls } from './control';

export interface FieldProps {
  label: string;
  /** What it does, in a sentence. */
  description?: ReactNode;
  /** What is wrong and what to do; it turns the control red and is read out. */
  error?: string | null;
  /** The label is there for assistive technology only. */
  hideLabel?: boolean;
  disabled?: boolean;
  /** Label at the left, control at the right: for switches and short selects. */
  inline?: boolean;
  className?: string;
  /** One Input, Textarea, Select, Switch, Slider or Checkbox. */
  children: ReactNode;
}

const bound: Controls = {
  input: (props) => <BaseField.Control {...props} />,
  textarea: ({ ref, ...props }) => <BaseField.Control {...(props as object)} render={<textarea ref={ref} />} />,
};

/** Binds a control to its label, its description and its error. */
export function Field({
  label,
  description,
  error,
  hideLabel = false,
  disabled,
  inline = false,
  className,
  children,
}: FieldProps) {
  const words = (
    <>
      <BaseField.Label className={classNames('text-dense font-medium text-foreground', hideLabel && 'sr-only')}>
        {label}
      </BaseField.Label>
      {description !== undefined && (
        <BaseField.Description className="text-caption text-muted-foreground">{description}</BaseField.Description>
      )}
    </>
  );
  const wrong = error !== undefined && error !== null && error !== '';
  return (
    <BaseField.Root
      invalid={wrong}
      disabled={disabled}
      className={classNames('flex min-w-0 flex-col gap-1.5', className)}
    >
      <ControlsContext value={bound}>
        {inline ? (
          <div className="flex items-center justify-between gap-4">
            <div className="flex min-w-0 flex-col gap-0.5">{words}</div>
            {children}
          </div>
        ) : (
          <>
            {words}
            {children}
          </>
        )}
      </ControlsContext>
      <BaseField.Error match={wrong} role="alert" className="text-caption text-danger">
        {error}
      </BaseField.Error>
    </BaseField.Root>
  );
}
