/** A line between steps: orthogonal, its corners round. Control is grey, data has its type's colour. */
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type Edge, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';

import type { SceneLine } from './scene';
import { colourToken } from './types';

export type StepFlowEdge = Edge<{ line: SceneLine; state?: 'running' | 'taken' | 'not_taken' }, 'step'>;

export const StepEdge = memo(function StepEdge(props: EdgeProps<StepFlowEdge>) {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, selected, markerEnd } = props;
  const [path, labelX, labelY] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    borderRadius: 10,
    offset: 18,
  });
  const line = data?.line;
  const colour = line?.colour ? colourToken[line.colour] : 'var(--control)';
  return (
    <>
      <BaseEdge
        path={path}
        markerEnd={markerEnd}
        interactionWidth={16}
        data-edge-state={data?.state}
        style={{
          stroke: selected === true ? 'var(--ring)' : data?.state === 'running' ? 'var(--info)' : colour,
          strokeWidth: selected === true ? 3 : line?.type === 'data' ? 1.5 : 2,
          opacity: data?.state === 'not_taken' ? 0.35 : 1,
        }}
      />
      {line !== undefined && line.label !== '' && (
        <EdgeLabelRenderer>
          <span
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
            className="pointer-events-none absolute max-w-48 truncate rounded-small border border-border bg-popover px-1.5 font-mono text-caption text-foreground"
          >
            {line.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
