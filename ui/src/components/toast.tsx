import { Toast as BaseToast } from '@base-ui/react/toast';
import { X } from 'lucide-react';

import { Button } from './button';
import { IconButton } from './icon-button';
import { StatusDot, type Tone } from './status-dot';

const toasts = BaseToast.createToastManager<{ tone: Tone }>();

export interface ToastMessage {
  /** What happened, to what: "Downloaded smollm2 (98.4 MB)". */
  title: string;
  description?: string;
  tone?: Tone;
  /** The way to the thing, or back: "Show", "Undo". */
  action?: { label: string; onSelect: () => void };
  /** Milliseconds; 0 stays until it is closed. With an action 8 s, else 5 s. */
  lasts?: number;
}

/** Says the result of work in the background. What the person just did is answered where they did it, never here. */
export function showToast({ title, description, tone = 'neutral', action, lasts }: ToastMessage): () => void {
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

/** Once in the page, beside everything else. F6 goes to the messages. */
export function Toasts() {
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
