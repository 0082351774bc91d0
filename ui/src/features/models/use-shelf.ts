import { useQueryClient } from '@tanstack/react-query';

import type { Provider } from '@/api/generated';
import { callKey, useCall, useMutate } from '@/api/query';

import { builtIn, providerOf, type Memory } from './facts';

/** All models with what is needed to talk about them: their providers' names and this computer's memory. */
export function useShelf() {
  const queries = useQueryClient();
  const list = useCall('model/list', {});
  const providers = useCall('provider/list', {});
  const status = useCall('system/status', {});
  const refresh = useMutate('model/list', {
    onDone: (answer) => queries.setQueryData(callKey('model/list', {}), answer),
  });
  const memory: Memory | undefined = status.data && {
    total: status.data.memoryTotal,
    available: status.data.memoryAvailable,
  };
  const named = new Map(providers.data?.map((provider) => [provider.slug, provider]));
  return {
    list,
    memory,
    refresh,
    provider: (id: string): Provider | undefined => named.get(providerOf(id)),
    providerName: (id: string): string => named.get(providerOf(id))?.name ?? providerOf(id),
  };
}

export const isBuiltIn = (id: string): boolean => providerOf(id) === builtIn;
