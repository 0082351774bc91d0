import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef, type ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import { backdropClass } from './dialog';
import { Header } from './header';
import { IconButton } from './icon-button';

export interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: string;
  note?: ReactNode;
  children: ReactNode;
}

/** Comes in from the right, over the page: what goes on in the background, looked at for a moment. */
export function Drawer({ open, onClose, title, note, children }: DrawerProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdropClass} />
        <BaseDialog.Popup
          data-modal
          ref={popup}
          initialFocus={popup}
          className={classNames(
            'fixed inset-y-0 right-0 z-30 flex w-110 max-w-full flex-col border-l border-border bg-popover shadow-float outline-none',
            'transition-[opacity,transform] duration-(--time-enter) data-ending-style:translate-x-4 data-ending-style:opacity-0 data-starting-style:translate-x-4 data-starting-style:opacity-0',
          )}
        >
          <BaseDialog.Title className="sr-only">{title}</BaseDialog.Title>
          <Header title={title} note={note} level={2}>
            <BaseDialog.Close render={<IconButton label="Close" shortcut="Escape" icon={X} />} />
          </Header>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
