import { useLayoutEffect, useRef, type ComponentProps, type Ref } from 'react';

import { classNames } from '@/lib/class-names';

import { useControls } from './control';
import { inputClass } from './input';

export interface TextareaProps extends Omit<ComponentProps<'textarea'>, 'onChange' | 'value' | 'ref' | 'defaultValue'> {
  value: string;
  onChange?: (value: string) => void;
  /** It grows with its text between these. */
  minRows?: number;
  maxRows?: number;
  /** No frame of its own: inside a composer. */
  bare?: boolean;
  ref?: Ref<HTMLTextAreaElement>;
}

const lineHeight = 20;

export function Textarea({
  value,
  onChange,
  minRows = 3,
  maxRows = 12,
  bare = false,
  className,
  ref,
  ...rest
}: TextareaProps) {
  const { textarea: Control } = useControls();
  const own = useRef<HTMLTextAreaElement | null>(null);
  useLayoutEffect(() => {
    const element = own.current;
    if (!element) return;
    const around = element.offsetHeight - element.clientHeight + (bare ? 0 : 14);
    element.style.height = '0';
    const height = Math.min(
      maxRows * lineHeight + around,
      Math.max(minRows * lineHeight + around, element.scrollHeight + element.offsetHeight - element.clientHeight),
    );
    element.style.height = `${height}px`;
  }, [value, minRows, maxRows, bare]);
  return (
    <Control
      {...rest}
      value={value}
      onChange={(event) => onChange?.(event.target.value)}
      className={classNames(
        bare ? 'w-full bg-transparent outline-none' : classNames(inputClass, 'w-full px-2.5 py-1.75'),
        'resize-none text-base leading-5',
        className,
      )}
      ref={(element) => {
        own.current = element;
        if (typeof ref === 'function') ref(element);
        else if (ref) ref.current = element;
      }}
    />
  );
}
