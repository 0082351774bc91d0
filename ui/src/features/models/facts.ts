/** What the list says about models, worked out: no requests, no React. */
import type { Capability, Job, Model, ModelState } from '@/api/generated';
import { formatBytes, formatPercent } from '@/lib/format';

export interface Memory {
  /** Bytes. */
  total: number;
  available: number;
}

export const providerOf = (id: string): string => id.slice(0, Math.max(0, id.indexOf('/')));
export const nameOf = (id: string): string => id.slice(id.indexOf('/') + 1);
export const builtIn = 'embedded';

export function isLocal({ state }: Model): boolean {
  return state.type !== 'remote';
}

export type Fit = 'fits' | 'tight' | 'too-large' | 'unknown';

/** Whether it can be loaded: now, after other programs are closed, or not at all. */
export function fitOf(model: Model, memory: Memory | undefined): Fit {
  const needed = model.memoryEstimate ?? model.size;
  if (!isLocal(model) || model.state.type === 'damaged' || needed === undefined || memory === undefined)
    return 'unknown';
  if (model.state.type === 'loaded' || needed <= memory.available) return 'fits';
  return needed <= memory.total * 0.9 ? 'tight' : 'too-large';
}

/** The contexts to choose from: powers of two, the usual one and the largest. */
export function contextChoices({ contextWindow, defaultContext }: Model): number[] {
  const most = contextWindow ?? defaultContext;
  if (most === undefined) return [];
  const choices = new Set([most]);
  for (let context = 2048; context < most; context *= 2) choices.add(context);
  if (defaultContext !== undefined) choices.add(Math.min(defaultContext, most));
  return [...choices].sort((a, b) => a - b);
}

export function stateWords(state: ModelState): string {
  switch (state.type) {
    case 'remote':
      return 'Remote';
    case 'pulling':
      return state.total === 0 ? 'Downloading' : `Downloading ${formatPercent(state.completed / state.total)}`;
    case 'on_disk':
      return 'On disk';
    case 'loading':
      return `Loading ${formatPercent(state.progress)}`;
    case 'loaded':
      return 'Loaded';
    case 'damaged':
      return 'Damaged';
  }
}

const capabilityWords: Record<Capability, string> = {
  chat: 'Chat',
  completion: 'Completion only',
  vision: 'Images',
  tools: 'Tools',
  reasoning: 'Reasoning',
  json_schema: 'JSON schema',
  embedding: 'Embeddings',
};
export const capabilityWord = (capability: Capability): string => capabilityWords[capability];

export type SortKey = 'name' | 'provider' | 'size' | 'context' | 'memory';
export interface Sorting {
  key: SortKey;
  descending: boolean;
}

const memoryOf = (model: Model): number | undefined =>
  model.state.type === 'loaded' && model.state.memory > 0 ? model.state.memory : model.memoryEstimate;

/** What is in memory stands on top, whatever the order; unknown values stand last. */
export function sortModels(models: readonly Model[], sorting: Sorting | null): Model[] {
  const value = (model: Model): string | number | undefined =>
    ({
      name: model.name.toLowerCase(),
      provider: providerOf(model.id),
      size: model.size,
      context: model.contextWindow,
      memory: memoryOf(model),
    })[sorting?.key ?? 'name'];
  const rank = ({ state }: Model) =>
    ({ loaded: 0, loading: 0, pulling: 1, on_disk: 1, damaged: 1, remote: 2 })[state.type];
  return [...models].sort((a, b) => {
    const ranks = sorting === null ? rank(a) - rank(b) : Math.min(rank(a), 1) - Math.min(rank(b), 1);
    if (ranks !== 0) return ranks;
    const [left, right] = [value(a), value(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    const order =
      typeof left === 'string' ? left.localeCompare(String(right), 'en', { numeric: true }) : left - Number(right);
    return (sorting?.descending === true ? -order : order) || a.id.localeCompare(b.id);
  });
}

export type Where = 'all' | 'local' | 'cloud';

export function filterModels(models: readonly Model[], text: string, where: Where): Model[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    if (where !== 'all' && isLocal(model) !== (where === 'local')) return false;
    const all = [model.name, model.id, model.family, model.quantization, model.parameterSize, stateWords(model.state)]
      .concat(model.capabilities.map(capabilityWord))
      .join(' ')
      .toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** Downloads that want to be seen: not those that ended well or were called off. */
export function openDownloads(jobs: readonly Job[]): Job[] {
  return jobs.filter(
    ({ kind, state }) => kind === 'model.download' && state.status !== 'succeeded' && state.status !== 'cancelled',
  );
}

/** "98.4 MB" or nothing. */
export const bytesOrNothing = (bytes: number | undefined): string =>
  bytes === undefined || bytes === 0 ? '–' : formatBytes(bytes);
