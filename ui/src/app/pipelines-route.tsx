import { useParams, useSearch } from '@tanstack/react-router';

import { PipelinePlace, PipelinesPlace } from '@/features/pipelines';

export const PipelinesRoute = () => <PipelinesPlace />;

export function PipelineRoute() {
  const { pipelineId } = useParams({ from: '/pipelines/$pipelineId' });
  const { tab = 'canvas', step } = useSearch({ from: '/pipelines/$pipelineId' });
  // Another pipeline is another editor: nothing of the one before is carried over.
  return <PipelinePlace key={pipelineId} id={pipelineId} tab={tab} step={step} />;
}
