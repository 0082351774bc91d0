import type { ComponentProps } from 'react';

export interface PressProps extends ComponentProps<'button'> {
  /** Disabled it keeps its place in the order of Tab, so that nobody loses the focus with it. */
  focusableWhenDisabled?: boolean;
}

/** What is pressed: a button without looks, which sends no form unless it is told to. */
export function Press({ disabled = false, focusableWhenDisabled = false, type = 'button', ...rest }: PressProps) {
  if (!disabled) return <button {...rest} type={type} />;
  if (!focusableWhenDisabled) return <button {...rest} type={type} disabled data-disabled="" />;
  return (
    <button
      {...rest}
      type={type}
      aria-disabled="true"
      data-disabled=""
      onPointerDown={undefined}
      onKeyDown={undefined}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
