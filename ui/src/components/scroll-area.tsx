import type { ComponentProps } from 'react';

import { classNames } from '@/lib/class-names';

/** The system's own scrolling, thin bars; with a label it can be reached by keyboard where nothing inside can. */
export function ScrollArea({ label, className, ...rest }: ComponentProps<'div'> & { label?: string }) {
  return (
    <div
      {...rest}
      {...(label === undefined ? {} : { role: 'region', 'aria-label': label, tabIndex: 0 })}
      className={classNames('focus-inset min-h-0 overflow-y-auto overscroll-contain', className)}
    />
  );
}
