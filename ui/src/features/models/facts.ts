/** What the list says about models, worked out: no requests, no React. */
import type { Capability, Fit, Job, Model, ModelState, ProviderKind } from '@/api/generated';
import { formatBytes, formatPercent, formatRelative } from '@/lib/format';

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

/** What can be removed by us: what lies on this computer and isn't on its way. */
export const isRemovable = (model: Model): boolean => isLocal(model) && model.state.type !== 'pulling';

/** Whether it can be loaded: now, after other programs are closed, or not at all. */
export function fitOf(model: Model, memory: Memory | undefined): Fit {
  const needed = model.memoryEstimate ?? model.size;
  if (!isLocal(model) || model.state.type === 'damaged' || needed === undefined || memory === undefined)
    return 'unknown';
  if (model.state.type === 'loaded' || needed <= memory.available) return 'yes';
  return needed <= memory.total * 0.9 ? 'tight' : 'no';
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
    case 'unloading':
      return 'Unloading';
    case 'not_answering':
      return 'Not answering';
    case 'damaged':
      return 'Damaged';
  }
}

/** "unloads in 4 min"; nothing where it stays. */
export function expiryWords(state: ModelState, now: number): string | undefined {
  if (state.type !== 'loaded' || state.expiresAt === undefined) return undefined;
  const left = state.expiresAt - now;
  if (left <= 0) return 'unloads now';
  return left < 45_000 ? 'unloads in a moment' : `unloads ${formatRelative(state.expiresAt, now)}`;
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

export type SortKey = 'name' | 'provider' | 'state' | 'size' | 'quantization' | 'context' | 'fits' | 'memory';
export interface Sorting {
  key: SortKey;
  descending: boolean;
}

/** Bytes that it holds, or would. */
export const memoryOf = (model: Model): number | undefined =>
  model.state.type === 'loaded' && model.state.memory > 0 ? model.state.memory : model.memoryEstimate;

const ranks: Record<ModelState['type'], number> = {
  loaded: 0,
  not_answering: 0,
  unloading: 0,
  loading: 0,
  pulling: 1,
  damaged: 1,
  on_disk: 1,
  remote: 2,
};
const fitRanks: Record<Fit, number | undefined> = { yes: 0, partly: 1, tight: 2, no: 3, unknown: undefined };
const collator = new Intl.Collator('en', { numeric: true });
const ascii = /^[ -~]*$/;

/** What sorts by `<` as the collator does: whatever the case, numbers by their size. */
const plainKey = (text: string): string => text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));

/** What is in memory stands on top, whatever the order; unknown values stand last. */
export function sortModels(models: readonly Model[], sorting: Sorting | null, memory?: Memory): Model[] {
  const key = sorting?.key ?? 'name';
  const valueOf = (model: Model): string | number | undefined => {
    switch (key) {
      case 'name':
        return model.name.toLowerCase();
      case 'provider':
        return providerOf(model.id);
      case 'state':
        return stateWords(model.state);
      case 'size':
        return model.size;
      case 'quantization':
        return model.quantization;
      case 'context':
        return model.contextWindow;
      case 'fits':
        return fitRanks[fitOf(model, memory)];
      case 'memory':
        return memoryOf(model);
    }
  };
  const rankOf = ({ state }: Model) => (sorting === null ? ranks[state.type] : Math.min(ranks[state.type], 1));
  const rows = models.map((model) => ({ model, rank: rankOf(model), value: valueOf(model) }));
  // The collator costs ten times as much, which a long list shows: it is asked only where there is more than plain letters.
  const isPlain = rows.every(({ value }) => typeof value === 'string' && ascii.test(value));
  if (isPlain) for (const row of rows) row.value = plainKey(String(row.value));
  const compare = isPlain ? (a: string, b: string) => (a < b ? -1 : Number(a > b)) : collator.compare;
  rows.sort((a, b) => {
    if (a.rank !== b.rank) return a.rank - b.rank;
    if (a.value === undefined || b.value === undefined) {
      const known = Number(a.value === undefined) - Number(b.value === undefined);
      return known || collator.compare(a.model.name, b.model.name);
    }
    const order = typeof a.value === 'string' ? compare(a.value, String(b.value)) : a.value - Number(b.value);
    return (sorting?.descending === true ? -order : order) || collator.compare(a.model.id, b.model.id);
  });
  return rows.map(({ model }) => model);
}

export type Where = 'all' | 'local' | 'ollama' | 'embedded' | 'cloud';
export type Only = 'loaded' | 'damaged';

export interface Filter {
  text: string;
  where: Where;
  /** Only those in this state. */
  only: Only | null;
}

export const everything: Filter = { text: '', where: 'all', only: null };

export type KindOf = (id: string) => ProviderKind | undefined;

/** Of another computer's Ollama too: `local` is about this one only as far as a model's state tells. */
export function isAt(model: Model, where: Where, kindOf: KindOf): boolean {
  if (where === 'all') return true;
  if (where === 'local') return isLocal(model);
  if (where === 'cloud') return !isLocal(model);
  return (kindOf(model.id) ?? providerOf(model.id)) === where;
}

const inMemory: readonly ModelState['type'][] = ['loaded', 'loading', 'unloading', 'not_answering'];
const broken: readonly ModelState['type'][] = ['damaged', 'not_answering'];

export const isOnly = ({ state }: Model, only: Only): boolean =>
  (only === 'loaded' ? inMemory : broken).includes(state.type);

export function filterModels(models: readonly Model[], { text, where, only }: Filter, kindOf: KindOf): Model[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    if (!isAt(model, where, kindOf) || (only !== null && !isOnly(model, only))) return false;
    if (words.length === 0) return true;
    const all = [model.name, model.id, model.family, model.quantization, model.parameterSize, stateWords(model.state)]
      .concat(model.capabilities.map(capabilityWord))
      .join(' ')
      .toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

const downloads = ['model.download', 'model.fetch', 'model.pull', 'model.repair'];
const works = [...downloads, 'model.create', 'model.move-folder', 'model.benchmark'];

const isOpen = ({ state }: Job): boolean => state.status !== 'succeeded' && state.status !== 'cancelled';

/** Downloads that want to be seen: not those that ended well or were called off. */
export const openDownloads = (jobs: readonly Job[]): Job[] =>
  jobs.filter((job) => downloads.includes(job.kind) && isOpen(job));

export const isWork = ({ kind }: Job): boolean => works.includes(kind);

/** All that is being done for models: downloads, and what is made, moved and measured. */
export const openWorks = (jobs: readonly Job[]): Job[] => jobs.filter((job) => isWork(job) && isOpen(job));

/** How far what is fetched for a model is, in whole percent, by the model's id: so that a row changes a hundred times at most. */
export function comingOf(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const fetched = jobs.filter(
    ({ kind, state }) =>
      (kind === 'model.pull' || kind === 'model.repair') && (state.status === 'running' || state.status === 'queued'),
  );
  return new Map(
    fetched.flatMap(({ payload, state: { completed, total } }) => {
      const id = (payload as { model?: unknown } | null)?.model;
      return typeof id === 'string' ? [[id, total === 0 ? 0 : Math.floor((completed / total) * 100)] as const] : [];
    }),
  );
}

/** What they take on the disk together, in bytes. */
export const bytesOf = (models: readonly Model[]): number => models.reduce((sum, { size = 0 }) => sum + size, 0);

/** "98.4 MB" or nothing. */
export const bytesOrNothing = (bytes: number | undefined): string =>
  bytes === undefined || bytes === 0 ? '–' : formatBytes(bytes);
