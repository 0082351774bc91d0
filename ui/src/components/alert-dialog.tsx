import { AlertDialog as BaseAlertDialog } from '@base-ui/react/alert-dialog';
import { useRef, type ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

import { Button } from './button';
import { backdropClass, dialogClass } from './dialog';

export interface AlertDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will be gone, exactly. */
  description: ReactNode;
  /** The consequence: "Delete 3 models, free 12.4 GB". */
  confirm: string;
  onConfirm: () => void;
  cancel?: string;
  busy?: boolean;
}

/** Only for what can't be undone. The safe answer has the focus. */
export function AlertDialog({
  open,
  onClose,
  title,
  description,
  confirm,
  onConfirm,
  cancel = 'Keep',
  busy,
}: AlertDialogProps) {
  const safe = useRef<HTMLButtonElement>(null);
  return (
    <BaseAlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseAlertDialog.Portal>
        <BaseAlertDialog.Backdrop className={backdropClass} />
        <BaseAlertDialog.Popup
          data-modal
          initialFocus={safe}
          className={classNames(dialogClass, 'top-[20vh] max-w-110 gap-2 p-5')}
        >
          <BaseAlertDialog.Title className="text-heading">{title}</BaseAlertDialog.Title>
          <BaseAlertDialog.Description className="text-base text-muted-foreground">
            {description}
          </BaseAlertDialog.Description>
          <div className="mt-3 flex flex-wrap justify-end gap-2">
            <BaseAlertDialog.Close render={<Button ref={safe}>{cancel}</Button>} />
            <Button variant="danger" busy={busy} onClick={onConfirm}>
              {confirm}
            </Button>
          </div>
        </BaseAlertDialog.Popup>
      </BaseAlertDialog.Portal>
    </BaseAlertDialog.Root>
  );
}
