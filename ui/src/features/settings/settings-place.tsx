import { Header } from '@/components/header';
import { ScrollArea } from '@/components/scroll-area';

import { Appearance } from './appearance';

export function SettingsPlace() {
  return (
    <div className="flex h-full flex-col">
      <Header title="Settings" />
      <ScrollArea className="flex-1">
        <div className="mx-auto flex max-w-reading flex-col gap-8 p-6">
          <Appearance />
        </div>
      </ScrollArea>
    </div>
  );
}
