import { MessageSquare } from 'lucide-react';

import { EmptyState } from '@/components/empty-state';

export function ChatPlace() {
  return (
    <EmptyState icon={MessageSquare} title="Talk to a model">
      Load a model on this computer or connect a provider, and your conversations stand here.
    </EmptyState>
  );
}
