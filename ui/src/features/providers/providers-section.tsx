import { Plus } from 'lucide-react';
import { useState } from 'react';

import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { useActions } from '@/lib/actions';

import { ConnectForm } from './connect-form';
import { ProviderRow } from './provider-row';

/** Who answers: the built-in engine, servers on the network, vendors with their keys. */
export function ProvidersSection() {
  const providers = useCall('provider/list', {});
  const vendors = useCall('provider/vendors', {});
  const [adding, setAdding] = useState(false);
  useActions([
    {
      id: 'providers.add',
      title: 'Add a provider',
      section: 'Settings',
      keywords: 'api key cloud connect',
      icon: Plus,
      run: () => setAdding(true),
    },
  ]);
  return (
    <div className="flex flex-col gap-2">
      {providers.isPending ? (
        <SkeletonRows label="Loading the providers" rows={3} />
      ) : providers.error ? (
        <Failure title="The providers didn’t load" error={providers.error} onRetry={() => void providers.refetch()} />
      ) : (
        <ul className="flex flex-col divide-y divide-border border-y border-border">
          {providers.data.map((provider) => (
            <ProviderRow
              key={provider.id}
              provider={provider}
              vendor={vendors.data?.find(({ slug }) => slug === provider.slug)}
            />
          ))}
        </ul>
      )}
      <Button icon={Plus} className="mt-1 self-start" onClick={() => setAdding(true)}>
        Add a provider
      </Button>
      <Dialog open={adding} onClose={() => setAdding(false)} title="Add a provider">
        <ConnectForm onConnected={() => setAdding(false)} onCancel={() => setAdding(false)} />
      </Dialog>
    </div>
  );
}
