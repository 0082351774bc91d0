import { Tooltip as BaseTooltip } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';

import type { Shortcut } from '@/lib/shortcut';

import { Kbd } from './kbd';

export interface TooltipProps {
  /** A few words; never the only place of what must be known. */
  content: ReactNode;
  shortcut?: Shortcut;
  side?: 'top' | 'right' | 'bottom' | 'left';
  /** One element that takes a ref and can be focused. */
  children: ReactElement;
}

/** Stand inside `<TooltipProvider>` once for the page, so that the second tooltip comes at once. */
export const TooltipProvider = BaseTooltip.Provider;

export function Tooltip({ content, shortcut, side = 'top', children }: TooltipProps) {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger render={children} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner side={side} sideOffset={6} collisionPadding={8} className="z-50">
          <BaseTooltip.Popup className="floats flex max-w-80 items-center gap-2 rounded-control px-2 py-1 text-caption text-foreground">
            {content}
            {shortcut !== undefined && <Kbd shortcut={shortcut} />}
          </BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}
