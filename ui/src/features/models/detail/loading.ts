/** What is typed about how a model is loaded, and whether that can be. No requests, no React. */
import type { LoadSettings } from '@/api/generated';

/** As it stands in the form: numbers as they were typed; an empty one is the engine’s choice. */
export interface LoadDraft {
  context: number;
  gpuLayers: string;
  threads: string;
  batch: string;
  mmap: 'auto' | 'on' | 'off';
}

export type LoadNumber = 'gpuLayers' | 'threads' | 'batch';

interface NumberRule {
  label: string;
  note: string;
  min: number;
  max: number;
}

export const loadNumbers: Record<LoadNumber, NumberRule> = {
  gpuLayers: { label: 'Layers on the GPU', note: '0 uses the processor alone.', min: 0, max: 4096 },
  threads: { label: 'Threads', note: 'To compute with on the processor.', min: 1, max: 4096 },
  batch: {
    label: 'Tokens at once',
    note: 'Of the prompt. More is quicker and takes more memory.',
    min: 1,
    max: 16_384,
  },
};

export function loadDraft(kept: LoadSettings | undefined, context: number): LoadDraft {
  const text = (number: number | undefined) => (number === undefined ? '' : String(number));
  return {
    context: kept?.context ?? context,
    gpuLayers: text(kept?.gpuLayers),
    threads: text(kept?.threads),
    batch: text(kept?.batch),
    mmap: kept?.mmap === undefined ? 'auto' : kept.mmap ? 'on' : 'off',
  };
}

/** What is wrong with a number, as a sentence. */
export function loadError(name: LoadNumber, typed: string): string | null {
  const { min, max } = loadNumbers[name];
  const text = typed.trim();
  if (text === '' || (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max)) return null;
  return `Type a whole number from ${min} to ${max}, or nothing.`;
}

/** All of it, since what isn’t said goes back to the engine’s choice; the context only where it was or is chosen. */
export function loadSettings(draft: LoadDraft, kept: LoadSettings | undefined, usual: number): LoadSettings {
  const settings: LoadSettings = {};
  if (kept?.context !== undefined || draft.context !== usual) settings.context = draft.context;
  for (const name of ['gpuLayers', 'threads', 'batch'] as const) {
    if (draft[name].trim() !== '') settings[name] = Number(draft[name]);
  }
  if (draft.mmap !== 'auto') settings.mmap = draft.mmap === 'on';
  return settings;
}
