import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import type { Client } from '@/api/client';
import { ClientContext } from '@/api/query';
import { TooltipProvider } from '@/components/tooltip';
import { HostContext, type Host } from '@/host/host';

import { LastResort } from './failures';

export interface ProvidersProps {
  host: Host;
  client: Client;
  queries: QueryClient;
  children: ReactNode;
}

/** Base UI would write style elements, which our policy refuses: `disableStyleElements`. */
export function Providers({ host, client, queries, children }: ProvidersProps) {
  return (
    <CSPProvider disableStyleElements>
      <LastResort>
        <HostContext value={host}>
          <ClientContext value={client}>
            <QueryClientProvider client={queries}>
              <TooltipProvider>{children}</TooltipProvider>
            </QueryClientProvider>
          </ClientContext>
        </HostContext>
      </LastResort>
    </CSPProvider>
  );
}
