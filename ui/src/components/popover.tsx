import { Popover as BasePopover } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

export interface PopoverProps {
  /** The button that opens it. */
  trigger: ReactElement;
  /** Its name; shown unless `hideTitle`. */
  title: string;
  hideTitle?: boolean;
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  className?: string;
}

export function Popover({
  trigger,
  title,
  hideTitle = false,
  children,
  open,
  onOpenChange,
  side = 'bottom',
  align = 'start',
  className,
}: PopoverProps) {
  return (
    <BasePopover.Root open={open} onOpenChange={(next) => onOpenChange?.(next)}>
      <BasePopover.Trigger render={trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner side={side} align={align} sideOffset={6} collisionPadding={8} className="z-40">
          <BasePopover.Popup
            className={classNames(
              'floats max-h-(--available-height) w-80 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-panel p-4 outline-none',
              className,
            )}
          >
            <BasePopover.Title className={hideTitle ? 'sr-only' : 'mb-2 text-base font-semibold'}>
              {title}
            </BasePopover.Title>
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}
