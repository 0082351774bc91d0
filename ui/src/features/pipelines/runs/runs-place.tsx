import { useEffect } from 'react';

import { Header } from '@/components/header';
import { useHost } from '@/host/host';

import { RunsList } from './list/runs-list';

/** All runs of all pipelines. */
export function RunsPlace() {
  const host = useHost();
  useEffect(() => host.setTitle('Runs'), [host]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Header title="Runs" />
      <div className="min-h-0 flex-1">
        <RunsList />
      </div>
    </div>
  );
}
