/** The models that can be talked to, as the picker shows them. */
import { useMemo } from 'react';

import type { Model, ModelListProblem, ModelState } from '@/api/generated';
import { useCall } from '@/api/query';
import { formatPercent } from '@/lib/format';

import { providerOf } from '../model-name';

export interface ModelGroup {
  title: string;
  models: readonly Model[];
}

export interface Models {
  all: readonly Model[];
  groups: readonly ModelGroup[];
  problems: readonly ModelListProblem[];
  /** No answer yet. */
  pending: boolean;
  error: { message: string; traceId?: string | undefined } | null;
  retry: () => void;
  providerName: (slug: string) => string;
}

const here = 'On this computer';

export function useModels(): Models {
  const list = useCall('model/list', {});
  const providers = useCall('provider/list', {});
  const { data } = list;
  return useMemo(() => {
    const names = new Map((providers.data ?? []).map((provider) => [provider.slug, provider.name]));
    const providerName = (slug: string) => names.get(slug) ?? slug;
    const all = (data?.models ?? []).filter(canTalk);
    const groups = new Map<string, Model[]>();
    for (const model of all) {
      const title = model.state.type === 'remote' ? providerName(providerOf(model.id)) : here;
      groups.set(title, [...(groups.get(title) ?? []), model]);
    }
    const sorted = [...groups].sort(([a], [b]) => Number(b === here) - Number(a === here));
    return {
      all,
      groups: sorted.map(([title, models]) => ({ title, models })),
      problems: data?.problems ?? [],
      pending: list.isPending,
      error: list.error,
      retry: () => void list.refetch(),
      providerName,
    };
  }, [data, providers.data, list]);
}

function canTalk({ capabilities, state }: Model): boolean {
  const talks = capabilities.includes('chat') || capabilities.includes('completion') || capabilities.length === 0;
  return talks && state.type !== 'pulling';
}

/** What a new chat begins with: the chosen default, the one used last, what is loaded, what is here, whatever there is; test sizes last. */
export function preferredModel(
  all: readonly Model[],
  wishes: readonly (string | null | undefined)[],
): string | undefined {
  const wished = wishes.find((wish) => all.some((model) => model.id === wish));
  if (wished !== undefined && wished !== null) return wished;
  const usable = all.filter((model) => model.state.type !== 'damaged');
  const real = usable.filter((model) => !model.testSize);
  const pool = real.length > 0 ? real : usable;
  const best =
    pool.find((model) => model.state.type === 'loaded') ?? pool.find((model) => model.state.type !== 'remote');
  return (best ?? pool[0])?.id;
}

export function stateWords(state: ModelState): string | null {
  switch (state.type) {
    case 'loaded':
      return 'Loaded';
    case 'loading':
      return `Loading ${formatPercent(state.progress)}`;
    case 'damaged':
      return 'Damaged';
    case 'pulling':
      return 'Downloading';
    default:
      return null;
  }
}
