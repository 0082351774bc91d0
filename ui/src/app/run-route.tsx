import { useParams } from '@tanstack/react-router';

import { RunPlace, RunsPlace } from '@/features/pipelines/runs';

export function RunRoute() {
  const { runId } = useParams({ from: '/runs/$runId' });
  return <RunPlace key={runId} id={runId} />;
}

export const RunsRoute = () => <RunsPlace />;
