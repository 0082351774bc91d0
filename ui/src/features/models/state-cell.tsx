import type { EngineState, Fit, Model } from '@/api/generated';
import { StatusDot, type Tone } from '@/components/status-dot';
import { useNow } from '@/lib/clock';
import { formatExact, formatPercent } from '@/lib/format';

import { expiryWords, stateWords } from './facts';

const tones: Record<Model['state']['type'], Tone> = {
  remote: 'neutral',
  pulling: 'info',
  on_disk: 'neutral',
  loading: 'info',
  loaded: 'success',
  unloading: 'info',
  not_answering: 'danger',
  damaged: 'danger',
};

/** The same at a glance, where there is no room for words. */
export function StateDot({ model, className }: { model: Model; className?: string }) {
  return <StatusDot tone={tones[model.state.type]} label={stateWords(model.state)} className={className} />;
}

interface StateCellProps {
  model: Model;
  engine: EngineState | undefined;
  /** How far what is fetched for it is, in percent. */
  coming?: number | undefined;
}

/** Where the model is; while it is read into memory, how far, from the engine's own events; and how far a newer version is. */
export function StateCell({ model, engine, coming }: StateCellProps) {
  const state =
    engine?.type === 'loading' && engine.model === model.id
      ? ({ type: 'loading', progress: engine.progress } as const)
      : model.state;
  return (
    <>
      <StatusDot tone={tones[state.type]} className="mr-2" />
      {coming !== undefined && state.type === 'pulling'
        ? `Downloading ${formatPercent(coming / 100)}`
        : stateWords(state)}
      {coming !== undefined && state.type !== 'pulling' && (
        <span className="text-caption text-muted-foreground"> newer version {formatPercent(coming / 100)}</span>
      )}
      {state.type === 'loaded' && state.expiresAt !== undefined && (
        <>
          {' '}
          <Expiry state={state} />
        </>
      )}
    </>
  );
}

/** "unloads in 4 min", moving. */
export function Expiry({ state }: { state: Extract<Model['state'], { type: 'loaded' }> }) {
  const words = expiryWords(state, useNow());
  if (words === undefined || state.expiresAt === undefined) return null;
  return (
    <span title={formatExact(state.expiresAt)} className="truncate text-caption text-muted-foreground">
      {words}
    </span>
  );
}

const fits: Record<Fit, { words: string; tone: string } | null> = {
  yes: { words: 'Fits', tone: 'text-success' },
  partly: { words: 'Partly on GPU', tone: 'text-warning' },
  tight: { words: 'Tight', tone: 'text-warning' },
  no: { words: 'Too large', tone: 'text-danger' },
  unknown: null,
};

export function FitCell({ fit }: { fit: Fit }) {
  const shown = fits[fit];
  return shown ? <span className={shown.tone}>{shown.words}</span> : '–';
}
