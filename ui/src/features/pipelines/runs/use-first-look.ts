/** What an opened run shows first: the step that needs somebody or failed, else its results, else the graph. */
import { useEffect } from 'react';

import { useStore } from '@/lib/store';

import { toOffer } from './state/asked';
import { keyOf } from './state/keys';
import { usePlace, type View } from './state/place';

export function useFirstLook(): { selected: string | null } {
  const { live, view, selected, asked, select } = usePlace();
  const now = useStore(selected);
  const chosen = useStore(view);
  const around = useStore(live.around);
  // A question may come while the run is looked at as well as before: either way its form opens by itself, once.
  useEffect(() => {
    if (!around) return;
    const offered = toOffer(asked, around.waiting, selected.get());
    if (offered !== null) select(offered);
  }, [around, asked, selected, select]);
  useEffect(() => {
    if (chosen !== null) return;
    const run = live.run.get();
    if (!run || !around) return;
    const first: View = run.status === 'succeeded' && Object.keys(around.outputs).length > 0 ? 'results' : 'graph';
    view.set(first);
    if (selected.get() !== null) return;
    const failed = run.status === 'failed' ? live.steps().filter(({ status }) => status === 'failed') : [];
    // Of a failure inside a loop the innermost step says what happened.
    const deepest = failed.sort((one, other) => other.scope.length - one.scope.length)[0];
    if (deepest) select(keyOf(deepest));
  }, [around, chosen, live, view, selected, select]);
  return { selected: now };
}
