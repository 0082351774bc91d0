import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

export interface DisclosureProps {
  title: ReactNode;
  /** Beside the title, quieter. */
  note?: ReactNode;
  children: ReactNode;
  open?: boolean;
  defaultOpen?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function Disclosure({ title, note, children, open, defaultOpen, onOpenChange }: DisclosureProps) {
  return (
    <Collapsible.Root open={open} defaultOpen={defaultOpen} onOpenChange={(next) => onOpenChange?.(next)}>
      <Collapsible.Trigger className="group focus-inset flex min-h-8 w-full items-center gap-1.5 rounded-control px-1.5 text-left text-dense font-medium hover:bg-hover">
        <ChevronRight
          aria-hidden
          className="size-3.5 shrink-0 text-muted-foreground transition-transform group-data-panel-open:rotate-90"
        />
        {title}
        {note !== undefined && (
          <span className="tabular ml-auto text-caption font-normal text-muted-foreground">{note}</span>
        )}
      </Collapsible.Trigger>
      <Collapsible.Panel className="pt-1 pb-2 pl-6.5">{children}</Collapsible.Panel>
    </Collapsible.Root>
  );
}
