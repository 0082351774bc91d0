/** What a popover shows once it is opened. Loaded when somebody is about to. */
import { Popover as BasePopover } from '@base-ui/react/popover';

import { classNames } from '@/lib/class-names';

import type { PopoverProps } from './popover';

export interface PopoverPopupProps extends Omit<PopoverProps, 'trigger' | 'open' | 'onOpenChange'> {
  open: boolean;
  onClose: () => void;
  /** The button that opened it. */
  anchor: HTMLElement;
}

export default function PopoverPopup(props: PopoverPopupProps) {
  const {
    open,
    onClose,
    anchor,
    title,
    hideTitle = false,
    children,
    side = 'bottom',
    align = 'start',
    className,
  } = props;
  return (
    <BasePopover.Root
      open={open}
      onOpenChange={(next, { event }) => {
        // Pressing its button closes it too, and the button says so itself.
        const to = event.type === 'focusout' ? (event as FocusEvent).relatedTarget : event.target;
        const own = event.type !== 'keydown' && to instanceof Node && anchor.contains(to);
        if (!next && !own) onClose();
      }}
    >
      <BasePopover.Portal>
        <BasePopover.Positioner
          anchor={anchor}
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-40"
        >
          <BasePopover.Popup
            finalFocus={() => anchor}
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
