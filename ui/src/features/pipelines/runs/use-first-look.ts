/** What an opened run shows first: the step that needs somebody or failed, else its results, else the graph. */
import { useEffect } from 'react';

import { useStore } from '@/lib/store';

import { keyOf } from './state/keys';
import { usePlace, type View } from './state/place';

export function useFirstLook(): { selected: string | null } {
  const { live, view, selected, select } = usePlace();
  const now = useStore(selected);
  const chosen = useStore(view);
  useEffect(() => {
    if (chosen !== null) return;
    const run = live.run.get();
    const around = live.around.get();
    if (!run || !around) return;
    const first: View = run.status === 'succeeded' && Object.keys(around.outputs).length > 0 ? 'results' : 'graph';
    view.set(first);
    if (selected.get() !== null) return;
    const person = around.waiting.find(({ kind }) => kind === 'human' || kind === 'decision');
    const failed = run.status === 'failed' ? live.steps().filter(({ status }) => status === 'failed') : [];
    // Of a failure inside a loop the innermost step says what happened.
    const deepest = failed.sort((one, other) => other.scope.length - one.scope.length)[0];
    const step = person ?? deepest;
    if (step) select(keyOf(step));
  }, [chosen, live, view, selected, select]);
  return { selected: now };
}
