/** Where a model can be brought: the built-in engine, the Ollama on this computer, and further ones by their names. */
import type { Provider } from '@/api/generated';
import { useCall } from '@/api/query';

import type { EngineKind } from './reference';

export interface Target {
  /** The provider's short name, which is what is sent. */
  value: string;
  label: string;
  note: string;
  kind: EngineKind;
}

const ours: readonly Target[] = [
  { value: 'embedded', label: 'Built-in engine', note: 'A GGUF file in Web+’s own folder.', kind: 'embedded' },
  {
    value: 'ollama',
    label: 'Ollama',
    note: 'It is kept in Ollama’s folder, and other programs can use it too.',
    kind: 'ollama',
  },
];

export function targetsOf(providers: readonly Provider[]): Target[] {
  const further = providers.filter(({ kind, slug, enabled }) => kind === 'ollama' && slug !== 'ollama' && enabled);
  return [
    ...ours,
    ...further.map(({ slug, name, baseUrl }): Target => ({
      value: slug,
      label: name,
      note: `The Ollama at ${baseUrl.replace(/^https?:\/\//, '')}.`,
      kind: 'ollama',
    })),
  ];
}

export const useTargets = (): Target[] => targetsOf(useCall('provider/list', {}).data ?? []);
