import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

import { classNames } from '@/lib/class-names';

export interface Tab<T extends string> {
  value: T;
  label: string;
  /** A number or a dot beside it. */
  note?: ReactNode;
  content: ReactNode;
}

export interface TabsProps<T extends string> {
  tabs: readonly Tab<T>[];
  value: T;
  onChange: (value: T) => void;
  /** What the tabs divide. */
  'aria-label': string;
  className?: string;
}

export function Tabs<T extends string>({ tabs, value, onChange, className, ...aria }: TabsProps<T>) {
  return (
    <BaseTabs.Root
      value={value}
      onValueChange={(next: T) => onChange(next)}
      className={classNames('flex min-h-0 flex-col', className)}
    >
      <BaseTabs.List {...aria} className="relative flex shrink-0 gap-1 overflow-x-auto border-b border-border px-1">
        {tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.value}
            value={tab.value}
            className="focus-inset flex h-9 items-center gap-1.5 rounded-small px-2.5 text-dense font-medium whitespace-nowrap text-muted-foreground transition-colors hover:text-foreground data-active:text-foreground"
          >
            {tab.label}
            {tab.note}
          </BaseTabs.Tab>
        ))}
        <BaseTabs.Indicator className="absolute bottom-0 left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) bg-primary transition-[translate,width]" />
      </BaseTabs.List>
      {tabs.map((tab) => (
        <BaseTabs.Panel
          key={tab.value}
          value={tab.value}
          className="min-h-0 flex-1 overflow-y-auto outline-offset-[-2px]"
        >
          {tab.content}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
