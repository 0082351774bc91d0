/** What is typed about Ollama, and whether that can be: ranges and defaults in one place. No requests, no React. */
import type { KvCache, Mode, OllamaSettings } from '@/api/generated';
import { formatCount, formatDuration } from '@/lib/format';

/** The settings as they stand in the form: numbers as they were typed. */
export interface Draft {
  mode: Mode;
  program: string;
  address: string;
  port: string;
  cloud: boolean;
  modelsFolder: string;
  keepAliveSeconds: number;
  parallel: string;
  maxLoaded: string;
  contextLength: string;
  promptCacheMib: string;
  kvCache: KvCache;
  flashAttention: 'auto' | 'on' | 'off';
  /** Variables that few need, by their names; what is empty isn't set. */
  advanced: Record<string, string>;
}

export type NumberName = 'port' | 'parallel' | 'maxLoaded' | 'contextLength' | 'promptCacheMib';

interface NumberRule {
  label: string;
  min: number;
  max: number;
  /** What an empty field and this value stand for. */
  empty: { value: number | null; words: string };
  /** Also allowed, below the range. */
  zero?: boolean;
  unit?: string;
  note: string;
}

export const numberRules: Record<NumberName, NumberRule> = {
  port: {
    label: 'Port',
    min: 1,
    max: 65_535,
    empty: { value: null, words: 'a free one' },
    note: 'Of the Ollama that Web+ starts. Ollama’s own is 11434: leave that to a service or application of its own.',
  },
  parallel: {
    label: 'Answers at once',
    min: 1,
    max: 64,
    empty: { value: 1, words: '1' },
    note: 'For each model. Memory for the context is taken that many times.',
  },
  maxLoaded: {
    label: 'Models in memory at once',
    min: 1,
    max: 64,
    zero: true,
    empty: { value: 0, words: 'Ollama decides' },
    note: 'One more is loaded in the place of one that nobody uses.',
  },
  contextLength: {
    label: 'Context',
    min: 256,
    max: 16_777_216,
    zero: true,
    empty: { value: 0, words: 'Ollama decides' },
    unit: 'tokens',
    note: 'Of models that have no context of their own set.',
  },
  promptCacheMib: {
    label: 'Prompt cache',
    min: 0,
    max: 1_048_576,
    empty: { value: 512, words: '512' },
    unit: 'MiB',
    note: 'What each loaded model may keep of earlier prompts, so that going on is quick. It counts beside the model’s own memory.',
  },
};

export const rangeWords = ({ min, max, zero, unit }: NumberRule): string =>
  `${zero === true ? '0, or ' : ''}${formatCount(min)} to ${formatCount(max)}${unit === undefined ? '' : ` ${unit}`}`;

export function draftOf(settings: OllamaSettings): Draft {
  const { port, parallel, maxLoaded, contextLength, promptCacheMib, flashAttention } = settings;
  return {
    mode: settings.mode,
    program: settings.program ?? '',
    address: settings.address ?? '',
    port: port === null ? '' : String(port),
    cloud: settings.cloud,
    modelsFolder: settings.modelsFolder ?? '',
    keepAliveSeconds: settings.keepAliveSeconds,
    parallel: String(parallel),
    maxLoaded: maxLoaded === 0 ? '' : String(maxLoaded),
    contextLength: contextLength === 0 ? '' : String(contextLength),
    promptCacheMib: String(promptCacheMib),
    kvCache: settings.kvCache,
    flashAttention: flashAttention === null ? 'auto' : flashAttention ? 'on' : 'off',
    advanced: settings.advanced,
  };
}

export type Errors = Partial<Record<NumberName | 'program' | 'modelsFolder' | 'kvCache', string>>;

/** The settings that were typed, or what is wrong with which field. */
export function settingsOf(draft: Draft): { settings: OllamaSettings } | { errors: Errors } {
  const errors: Errors = {};
  const number = (name: NumberName): number | null => {
    const rule = numberRules[name];
    const text = draft[name].trim().replaceAll(',', '');
    if (text === '') return rule.empty.value;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if ((rule.zero === true && value === 0) || (value >= rule.min && value <= rule.max)) return value;
    errors[name] = `Give ${rangeWords(rule)}.`;
    return null;
  };
  const path = (name: 'program' | 'modelsFolder'): string | null => {
    const text = draft[name].trim();
    if (text !== '' && !/^(\/|[a-z]:[\\/]|\\\\)/i.test(text))
      errors[name] = 'Give a full path, from the root of the disk.';
    return text === '' ? null : text;
  };
  if (draft.kvCache !== 'f16' && draft.flashAttention === 'off') {
    errors.kvCache = 'A smaller context memory needs flash attention. Turn that on, or choose full.';
  }
  const settings: OllamaSettings = {
    mode: draft.mode,
    program: path('program'),
    address: draft.address.trim() === '' ? null : draft.address.trim(),
    port: number('port'),
    cloud: draft.cloud,
    modelsFolder: path('modelsFolder'),
    keepAliveSeconds: draft.keepAliveSeconds,
    parallel: number('parallel') ?? 1,
    maxLoaded: number('maxLoaded') ?? 0,
    contextLength: number('contextLength') ?? 0,
    promptCacheMib: number('promptCacheMib') ?? 0,
    kvCache: draft.kvCache,
    flashAttention: draft.flashAttention === 'auto' ? null : draft.flashAttention === 'on',
    advanced: Object.fromEntries(
      Object.entries(draft.advanced)
        .map(([name, value]) => [name, value.trim()] as const)
        .filter(([, value]) => value !== ''),
    ),
  };
  return Object.keys(errors).length > 0 ? { errors } : { settings };
}

export const isSame = (one: OllamaSettings, other: OllamaSettings): boolean =>
  (Object.keys(one) as (keyof OllamaSettings)[]).every((key) =>
    key === 'advanced' ? isSameText(one.advanced, other.advanced) : one[key] === other[key],
  );

const isSameText = (one: Record<string, string>, other: Record<string, string>): boolean =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => one[name] === other[name]);

const usualTimes = [0, 300, 1800, 3600, 14_400, -1];

/** How long a model may stay: the usual times, and the kept one where it is another. */
export function keepAliveChoices(kept: number): { value: string; label: string }[] {
  const times = usualTimes.includes(kept)
    ? usualTimes
    : [...usualTimes.slice(0, -1), kept].sort((a, b) => a - b).concat(-1);
  return times.map((seconds) => ({
    value: String(seconds),
    label:
      seconds === -1
        ? 'Until it is unloaded'
        : seconds === 0
          ? 'Not at all: unload after each answer'
          : `${formatDuration(seconds * 1000)}${seconds === 300 ? ' (usual)' : ''}`,
  }));
}
