import { useEffect, useState } from 'react';

import type { OllamaState } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { useHost } from '@/host/host';

import { installGuide, type OllamaVerb } from './words';

/** Everything that can be done with the Ollama here; `choose` opens a dialog, which is its caller's. */
export function useOllamaVerbs(onChoose: () => void) {
  const host = useHost();
  const settings = useCall('ollama/settings', {});
  const verbs = {
    start: useMutate('ollama/start'),
    stop: useMutate('ollama/stop'),
    restart: useMutate('ollama/restart'),
    look: useMutate('ollama/look'),
    trust: useMutate('ollama/trust'),
  };
  const use = useMutate('ollama/configure');
  const all = [...Object.values(verbs), use];
  const run = (verb: OllamaVerb) => {
    for (const other of all) other.reset();
    if (verb === 'choose') onChoose();
    else if (verb === 'install') void host.openExternal(installGuide);
    else if (verb === 'use') {
      if (settings.data) use.mutate({ ...settings.data, mode: 'auto' });
    } else verbs[verb].mutate({});
  };
  return {
    run,
    isBusy: (verb: OllamaVerb) =>
      verb === 'use' ? use.isPending : verb !== 'choose' && verb !== 'install' && verbs[verb].isPending,
    error: all.find((verb) => verb.error)?.error ?? null,
  };
}

/** Milliseconds until the next start, counted down; 0 where none is planned. */
export function useWait(state: OllamaState | undefined): number {
  const wait = state?.type === 'waiting' ? state.afterMs : 0;
  const [left, setLeft] = useState(wait);
  const [said, setSaid] = useState(state);
  if (said !== state) {
    setSaid(state);
    setLeft(wait);
  }
  useEffect(() => {
    if (wait === 0) return;
    const timer = setInterval(() => setLeft((before) => Math.max(0, before - 1000)), 1000);
    return () => clearInterval(timer);
  }, [state, wait]);
  return left;
}
