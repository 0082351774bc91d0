import type { EngineState, Model } from '@/api/generated';
import { StatusDot, type Tone } from '@/components/status-dot';

import { stateWords, type Fit } from './facts';

const tones: Record<Model['state']['type'], Tone> = {
  remote: 'neutral',
  pulling: 'info',
  on_disk: 'neutral',
  loading: 'info',
  loaded: 'success',
  damaged: 'danger',
};

/** The same at a glance, where there is no room for words. */
export function StateDot({ model, className }: { model: Model; className?: string }) {
  return <StatusDot tone={tones[model.state.type]} label={stateWords(model.state)} className={className} />;
}

/** Where the model is; while it is read into memory, how far, from the engine's own events. */
export function StateCell({ model, engine }: { model: Model; engine: EngineState | undefined }) {
  const state =
    engine?.type === 'loading' && engine.model === model.id
      ? ({ type: 'loading', progress: engine.progress } as const)
      : model.state;
  return (
    <span className="flex items-center gap-2 whitespace-nowrap">
      <StatusDot tone={tones[state.type]} />
      {stateWords(state)}
    </span>
  );
}

const fits: Record<Fit, { words: string; tone: string } | null> = {
  fits: { words: 'Fits', tone: 'text-success' },
  tight: { words: 'Tight', tone: 'text-warning' },
  'too-large': { words: 'Too large', tone: 'text-danger' },
  unknown: null,
};

export function FitCell({ fit }: { fit: Fit }) {
  const shown = fits[fit];
  return shown ? <span className={shown.tone}>{shown.words}</span> : <span aria-label="not known">–</span>;
}
