import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef, type ReactNode, type RefObject } from 'react';

import { classNames } from '@/lib/class-names';

import { IconButton } from './icon-button';

export const backdropClass =
  'fixed inset-0 z-30 bg-backdrop transition-opacity duration-(--time-enter) data-starting-style:opacity-0 data-ending-style:opacity-0';
// Those that float stand at most 20 % from the top, and all of them end within the window.
export const dialogClass =
  'floats fixed left-1/2 z-30 flex max-h-[calc(80dvh-1rem)] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-panel outline-none';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, the primary one last. */
  footer?: ReactNode;
  width?: 'small' | 'medium' | 'large';
  /** What has the focus first; else the first control of the content, or the dialog itself where there is none. */
  initialFocus?: RefObject<HTMLElement | null>;
}

const widths = { small: 'max-w-100', medium: 'max-w-140', large: 'max-w-200' };

export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  width = 'medium',
  initialFocus,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const firstControl = () =>
    // One that isn't shown can't have the focus, which would then stay behind the dialog.
    body.current?.querySelector<HTMLElement>(':is(input, textarea, select, button, [tabindex="0"]):not([hidden])') ??
    popup.current;
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdropClass} />
        <BaseDialog.Popup
          data-modal
          ref={popup}
          initialFocus={initialFocus ?? firstControl}
          className={classNames(dialogClass, 'top-[12vh]', widths[width])}
        >
          <header className="flex items-start gap-4 px-5 pt-4 pb-2">
            <div className="min-w-0 flex-1">
              <BaseDialog.Title className="text-heading">{title}</BaseDialog.Title>
              {description !== undefined && (
                <BaseDialog.Description className="mt-0.5 text-dense text-muted-foreground">
                  {description}
                </BaseDialog.Description>
              )}
            </div>
            <BaseDialog.Close
              render={<IconButton label="Close" shortcut="Escape" icon={X} className="-mt-1 -mr-2" />}
            />
          </header>
          {/* Room for focus rings at the edges of what scrolls. */}
          <div ref={body} className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">
            {children}
          </div>
          {footer !== undefined && (
            <footer className="flex justify-end gap-2 border-t border-border px-5 py-3">{footer}</footer>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
