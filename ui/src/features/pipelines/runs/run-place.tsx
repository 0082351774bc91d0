/** One run: live while it runs, and everything about it afterwards. */
import { useMemo, useState } from 'react';

import { toApiError } from '@/api/error';

import { useCall } from '@/api/query';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { SplitPane } from '@/components/split-pane';
import { later } from '@/lib/later';
import type { PanelLimits } from '@/lib/panel-width';
import { useStore } from '@/lib/store';

import type { KindInfo } from '../shared/api';
import { Attention } from './attention/attention';
import { RunHeader } from './run-header';
import { RunViews } from './run-views';
import { choosing } from './state/shown';
import { useLiveRun } from './state/live-runs';
import { definitionOf, lookOf, PlaceContext, type Place } from './state/place';
import { StepPanel } from './step/step-panel';
import { useFirstLook } from './use-first-look';

const RerunDialog = later(() => import('./rerun/rerun-dialog'));

/** The panel of a step holds results, which want more room than facts do. */
const panelLimits: PanelLimits = { min: 320, max: 760, initial: 440 };

const noKinds: ReadonlyMap<string, KindInfo> = new Map();

export function RunPlace({ id }: { id: string }) {
  const live = useLiveRun(id);
  const run = useStore(live.run);
  const around = useStore(live.around);
  const failed = useStore(live.failed);
  const known = useCall('pipeline/kinds', {});
  const kinds = useMemo(
    () => (known.data ? new Map(known.data.map((kind) => [kind.kind, kind])) : noKinds),
    [known.data],
  );
  const [from, setFrom] = useState<string | null>(null);
  const definition = around ? definitionOf(around.definition) : null;
  const place = useMemo((): Place | null => {
    if (!definition) return null;
    const look = lookOf(id);
    return {
      live,
      definition,
      kinds,
      ...look,
      select(key) {
        if (key !== null) look.chosen.set(choosing(look.chosen.get(), key));
        look.selected.set(key);
      },
      rerun: setFrom,
    };
  }, [id, live, definition, kinds]);

  if (failed !== null && (!run || !place)) {
    return (
      <div className="mx-auto max-w-150 p-6">
        <h1 className="sr-only">Run</h1>
        <Failure title="This run didn’t load" error={toApiError(failed)} onRetry={() => void live.load()} />
      </div>
    );
  }
  if (!run || !around) {
    return (
      <>
        <h1 className="sr-only">Run</h1>
        <SkeletonRows label="Loading the run" rows={6} />
      </>
    );
  }
  if (!place) {
    return (
      <div className="mx-auto max-w-150 p-6">
        <h1 className="sr-only">{run.pipelineName}</h1>
        <Failure
          title="This run can’t be shown"
          error={{ message: 'Its definition can’t be read by this version of Web+. Update Web+, then open it again.' }}
        />
      </div>
    );
  }
  return (
    <PlaceContext value={place}>
      <Opened />
      {from !== null && <RerunDialog run={run} from={from} onClose={() => setFrom(null)} />}
    </PlaceContext>
  );
}

function Opened() {
  const { selected } = useFirstLook();
  return (
    <SplitPane
      name="run.step"
      label="Step"
      edge="right"
      limits={panelLimits}
      narrow={selected !== null ? 'side' : 'content'}
      hidden={selected === null}
      side={selected !== null && <StepPanel stepKey={selected} />}
    >
      <div className="flex h-full min-h-0 flex-col">
        <RunHeader />
        <Attention />
        <RunViews />
      </div>
    </SplitPane>
  );
}
