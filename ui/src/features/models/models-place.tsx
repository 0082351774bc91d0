import { Boxes } from 'lucide-react';

import { EmptyState } from '@/components/empty-state';
import { Header } from '@/components/header';

export function ModelsPlace() {
  return (
    <div className="flex h-full flex-col">
      <Header title="Models" />
      <EmptyState icon={Boxes} title="No models yet">
        Models on this computer and those of connected providers are listed here together.
      </EmptyState>
    </div>
  );
}
