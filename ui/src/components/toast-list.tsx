/** The messages that stand at the bottom of the page for a while. Loaded with the first of them. */
import { Toast as BaseToast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef } from 'react';

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
        <Band />
      </BaseToast.Portal>
    </BaseToast.Provider>
  );
}

/**
 * They stand above the status bar in room of their own, which the place beside it leaves (`--messages`): whatever they lay over
 * would be what somebody is about to press.
 */
function Band() {
  const band = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = band.current;
    if (!element) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty('--messages', `${element.offsetHeight}px`));
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.removeProperty('--messages');
    };
  }, []);
  return (
    <BaseToast.Viewport ref={band} className="fixed right-0 bottom-status left-rail z-50 flex flex-col bg-panel">
      <List />
    </BaseToast.Viewport>
  );
}

function List() {
  const manager = BaseToast.useToastManager<{ tone: Tone }>();
  return manager.toasts.map((toast) => (
    <BaseToast.Root
      key={toast.id}
      toast={toast}
      swipeDirection="right"
      className="appears border-t border-border transition-opacity data-ending-style:opacity-0 data-limited:hidden"
    >
      <BaseToast.Content className="flex min-h-10 items-center gap-2.5 py-1 pr-2 pl-4">
        <StatusDot tone={toast.data?.tone ?? 'neutral'} />
        <div className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 py-1">
          <BaseToast.Title className="min-w-0 text-dense font-medium break-words" />
          <BaseToast.Description className="min-w-0 text-dense break-words text-muted-foreground" />
        </div>
        {toast.actionProps && (
          <BaseToast.Action
            render={
              <Button variant="ghost" className="text-accent!">
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
