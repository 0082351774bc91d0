/** The messages that lie over the page for a while. Loaded with the first of them. */
import { Toast as BaseToast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect } from 'react';

import { Button } from './button';
import { IconButton } from './icon-button';
import { StatusDot, type Tone } from './status-dot';
import type { ToastMessage } from './toast';

const toasts = BaseToast.createToastManager<{ tone: Tone }>();
let list: () => void = () => undefined;
const listed = new Promise<void>((resolve) => (list = resolve));

/** Shows it as soon as there is a list to show it in. */
export async function addToast({
  title,
  description,
  tone = 'neutral',
  action,
  lasts,
}: ToastMessage): Promise<() => void> {
  await listed;
  const id = toasts.add({
    title,
    description,
    timeout: lasts ?? (action ? 8_000 : 5_000),
    priority: tone === 'danger' ? 'high' : 'low',
    data: { tone },
    ...(action
      ? {
          actionProps: {
            children: action.label,
            onClick: () => {
              action.onSelect();
              toasts.close(id);
            },
          },
        }
      : {}),
  });
  return () => toasts.close(id);
}

export default function ToastList() {
  // What its manager is told before it listens is lost.
  useEffect(() => list(), []);
  return (
    <BaseToast.Provider toastManager={toasts} limit={3}>
      <BaseToast.Portal>
        <BaseToast.Viewport className="fixed right-4 top-14 z-50 flex w-90 max-w-[calc(100vw-2rem)] flex-col gap-2">
          <List />
        </BaseToast.Viewport>
      </BaseToast.Portal>
    </BaseToast.Provider>
  );
}

function List() {
  const manager = BaseToast.useToastManager<{ tone: Tone }>();
  return manager.toasts.map((toast) => (
    <BaseToast.Root
      key={toast.id}
      toast={toast}
      swipeDirection="right"
      className="floats rounded-panel data-limited:hidden"
    >
      <BaseToast.Content className="flex items-start gap-2.5 py-2.5 pr-2 pl-3.5">
        <StatusDot tone={toast.data?.tone ?? 'neutral'} className="mt-3" />
        <div className="min-w-0 flex-1 py-1.5">
          <BaseToast.Title className="text-dense font-medium" />
          <BaseToast.Description className="text-dense text-muted-foreground" />
        </div>
        {toast.actionProps && (
          <BaseToast.Action
            render={
              <Button variant="ghost" className="text-accent">
                {toast.actionProps.children}
              </Button>
            }
          />
        )}
        <BaseToast.Close render={<IconButton label="Dismiss" icon={X} />} />
      </BaseToast.Content>
    </BaseToast.Root>
  ));
}
