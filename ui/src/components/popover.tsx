import { cloneElement, useState, type ComponentProps, type ReactElement, type ReactNode } from 'react';

import { later } from '@/lib/later';

import { chain } from './chain';

const PopoverPopup = later(() => import('./popover-popup'));

export interface PopoverProps {
  /** The button that opens it. */
  trigger: ReactElement<ComponentProps<'button'>>;
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

/** Until it is opened it is its button and nothing more. */
export function Popover({ trigger, open: asked, onOpenChange, ...rest }: PopoverProps) {
  const [openHere, setOpenHere] = useState(false);
  const [button, setButton] = useState<HTMLButtonElement | null>(null);
  const [used, setUsed] = useState(false);
  const open = asked ?? openHere;
  if (open && !used) setUsed(true);
  const turn = (next: boolean) => {
    setOpenHere(next);
    onOpenChange?.(next);
  };
  const { props } = trigger;
  return (
    <>
      {cloneElement(trigger, {
        ref: setButton,
        'aria-haspopup': 'dialog',
        'aria-expanded': open,
        ...(open ? { 'data-popup-open': '' } : {}),
        onPointerEnter: chain(props.onPointerEnter, PopoverPopup.prepare),
        onFocus: chain(props.onFocus, PopoverPopup.prepare),
        onClick: chain(props.onClick, () => turn(!open)),
      })}
      {used && button && <PopoverPopup {...rest} open={open} onClose={() => turn(false)} anchor={button} />}
    </>
  );
}
