/** What an opened run shows first: the step that needs somebody or failed, else its results, else the graph. */
import { useEffect } from 'react';

import { useStore } from '@/lib/store';

import { needy, toOffer } from './state/asked';
import { usePlace, type View } from './state/place';

export function useFirstLook(): { selected: string | null } {
  const { live, view, selected, asked, select } = usePlace();
  const now = useStore(selected);
  const chosen = useStore(view);
  const around = useStore(live.around);
  const version = useStore(live.version);
  const run = useStore(live.run);
  // A question or a failure may come while the run is looked at as well as before: either way its step opens by itself, once.
  useEffect(() => {
    if (!run || !around) return;
    const offered = toOffer(asked, needy(around.waiting, run.status, live.steps()), selected.get());
    if (offered !== null) select(offered);
  }, [around, asked, live, run, selected, select, version]);
  useEffect(() => {
    if (chosen !== null || !run || !around) return;
    const first: View = run.status === 'succeeded' && Object.keys(around.outputs).length > 0 ? 'results' : 'graph';
    view.set(first);
  }, [around, chosen, run, view]);
  return { selected: now };
}
