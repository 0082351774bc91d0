import { Square } from 'lucide-react';

import type { EngineState } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { ErrorState, Failure } from '@/components/error-state';
import { Progress } from '@/components/progress';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot } from '@/components/status-dot';
import { formatBytes, formatCount } from '@/lib/format';

import { Row } from './parts';

/** The built-in engine: what it does now, what went wrong and its last words. */
export function Engine() {
  const state = useCall('engine/state', {});
  if (state.isPending) return <SkeletonRows label="Asking the engine" rows={2} />;
  if (state.error) {
    return <Failure title="The engine’s state isn’t known" error={state.error} onRetry={() => void state.refetch()} />;
  }
  return <State state={state.data} />;
}

function State({ state }: { state: EngineState }) {
  const start = useMutate('model/start');
  const stop = useMutate('model/stop');
  switch (state.type) {
    case 'unavailable':
      return <ErrorState title="The built-in engine can’t run">{state.message}</ErrorState>;
    case 'stopped':
      return (
        <Row
          title={
            <span className="flex items-center gap-2">
              <StatusDot tone="neutral" />
              Ready
            </span>
          }
          note="Nothing is loaded. Loading a model, or asking one, starts it."
        />
      );
    case 'loading':
      return <Progress label={`Loading ${state.model}`} value={state.progress} amount="" />;
    case 'loaded':
      return (
        <>
          <Row
            title={state.model}
            note={[
              state.memory > 0 ? `${formatBytes(state.memory)} of memory` : 'memory not known',
              `${formatCount(state.context)} tokens of context`,
              state.gpuLayers > 0 ? `${state.gpuLayers} layers on the GPU` : 'on the CPU',
            ].join(' · ')}
          >
            <Button icon={Square} busy={stop.isPending} onClick={() => stop.mutate({ id: state.model })}>
              Unload
            </Button>
          </Row>
          {state.notices.map((notice) => (
            <p key={notice} className="text-dense text-muted-foreground">
              {notice}
            </p>
          ))}
          {stop.error && (
            <p role="alert" className="text-caption text-danger">
              {stop.error.message}
            </p>
          )}
        </>
      );
    case 'failed': {
      const { model } = state;
      return (
        <>
          <ErrorState
            title={model === undefined ? 'The engine stopped' : `The engine stopped with ${model}`}
            action={
              model !== undefined && (
                <Button busy={start.isPending} onClick={() => start.mutate({ id: model })}>
                  Load it again
                </Button>
              )
            }
          >
            {state.message}
            {start.error && <span className="mt-1 block">{start.error.message}</span>}
          </ErrorState>
          {state.log.length > 0 && (
            <Disclosure title="Its last lines" note={`${state.log.length} lines`} defaultOpen>
              <pre
                tabIndex={0}
                aria-label="The engine's last lines"
                className="max-h-64 overflow-auto rounded-control border border-border bg-panel p-3 font-mono text-caption whitespace-pre-wrap select-text"
              >
                {state.log.join('\n')}
              </pre>
            </Disclosure>
          )}
        </>
      );
    }
  }
}
