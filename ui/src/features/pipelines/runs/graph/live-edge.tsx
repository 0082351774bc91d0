/** A line of the live graph: it knows from its two steps whether it was taken, and dashes slowly while what it leads to runs. */
import type { EdgeProps } from '@xyflow/react';
import { memo } from 'react';

import { StepEdge, type StepFlowEdge } from '../../shared/step-edge';
import { useStepState } from '../../shared/step-states';
import type { StepStatus } from '@/api/generated';

export const LiveEdge = memo(function LiveEdge(props: EdgeProps<StepFlowEdge>) {
  const source = useStepState(props.source)?.status;
  const target = useStepState(props.target)?.status;
  const state = edgeState(source, target);
  const { data } = props;
  return <StepEdge {...props} data={data && { ...data, ...(state === undefined ? {} : { state }) }} />;
});

export function edgeState(
  source: StepStatus | undefined,
  target: StepStatus | undefined,
): 'running' | 'taken' | 'not_taken' | undefined {
  const left = source === 'succeeded' || source === 'reused' || source === 'failed' || source === 'skipped';
  if (target === 'running' && (left || source === 'running')) return 'running';
  if (target === 'skipped' || (source === 'skipped' && target !== 'succeeded')) return 'not_taken';
  return left && target !== undefined && target !== 'pending' ? 'taken' : undefined;
}
