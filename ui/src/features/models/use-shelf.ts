import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';

import type { Provider } from '@/api/generated';
import { callKey, useCall, useMutate } from '@/api/query';

import { providerOf, type KindOf, type Memory } from './facts';

/** All models with what is needed to talk about them: their providers' names and this computer's memory. */
export function useShelf() {
  const queries = useQueryClient();
  const list = useCall('model/list', {});
  const providers = useCall('provider/list', {});
  const status = useCall('system/status', {});
  const refresh = useMutate('model/list', {
    onDone: (answer) => queries.setQueryData(callKey('model/list', {}), answer),
  });
  const { memoryTotal, memoryAvailable } = status.data ?? {};
  const memory = useMemo<Memory | undefined>(
    () =>
      memoryTotal === undefined || memoryAvailable === undefined
        ? undefined
        : { total: memoryTotal, available: memoryAvailable },
    [memoryTotal, memoryAvailable],
  );
  const named = useMemo(
    () => new Map<string, Provider>(providers.data?.map((provider) => [provider.slug, provider])),
    [providers.data],
  );
  const kindOf = useCallback<KindOf>((id) => named.get(providerOf(id))?.kind, [named]);
  const providerName = useCallback((id: string): string => named.get(providerOf(id))?.name ?? providerOf(id), [named]);
  return { list, memory, refresh, kindOf, providerName };
}
