/** The ways of looking at a run, one at a time; the graph with the timeline below it where there is room. */
import { Tabs } from '@/components/tabs';
import { SkeletonRows } from '@/components/skeleton';
import { formatCount } from '@/lib/format';
import { later } from '@/lib/later';
import { useStore } from '@/lib/store';

import { Journal } from './journal/journal';
import { Results } from './results/results';
import { usePlace, type View } from './state/place';
import { Timeline } from './timeline/timeline';

const RunGraph = later(() => import('./graph/run-graph'));

export function RunViews() {
  const { live, view } = usePlace();
  const shown = useStore(view) ?? 'graph';
  const outputs = Object.keys(useStore(live.around)?.outputs ?? {}).length;
  return (
    <Tabs<View>
      aria-label="Views of the run"
      value={shown}
      onChange={(next) => view.set(next)}
      className="flex-1"
      tabs={[
        { value: 'graph', label: 'Graph', content: <GraphAndTimeline /> },
        { value: 'timeline', label: 'Timeline', content: <Timeline /> },
        {
          value: 'results',
          label: 'Results',
          note: outputs > 0 && (
            <span className="tabular text-caption text-muted-foreground">{formatCount(outputs)}</span>
          ),
          content: <Results />,
        },
        { value: 'journal', label: 'Journal', content: <Journal /> },
      ]}
    />
  );
}

function GraphAndTimeline() {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-40 flex-1">
        <RunGraph meanwhile={<SkeletonRows label="Loading the graph" />} />
      </div>
      <section aria-label="Timeline" className="h-52 max-h-[40%] shrink-0 border-t border-border bg-panel">
        <Timeline />
      </section>
    </div>
  );
}
