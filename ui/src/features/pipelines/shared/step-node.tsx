/** A step on the canvas: of the builder and of a live run alike. 240 px wide; its state is its left edge. */
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { CircleAlert, Pin, PowerOff, TriangleAlert } from 'lucide-react';
import { memo } from 'react';

import { classNames } from '@/lib/class-names';

import { nodeTitle } from './definition';
import { headHeight, rowHeight, type Face } from './geometry';
import { KindIcon } from './kind-icons';
import { stepLine } from './says';
import { handles, type SceneStep } from './scene';
import { statusTone, statusWords, useStepState, type StepState } from './step-states';
import { colourToken, portColour } from './types';

export type StepFlowNode = Node<{ step: SceneStep }, 'step'>;

const edges = {
  neutral: 'bg-border',
  success: 'bg-success',
  warning: 'bg-warning',
  danger: 'bg-danger',
  info: 'bg-info',
};

export const StepNode = memo(function StepNode({ id, data, selected, isConnectable }: NodeProps<StepFlowNode>) {
  const { node, kind, face, box } = data.step;
  const state = useStepState(id);
  const tone = state?.status === undefined ? 'neutral' : statusTone[state.status];
  return (
    <div
      style={{ width: box.w, height: box.h }}
      data-step={id}
      data-status={state?.status}
      className={classNames(
        'relative rounded-control border text-foreground transition-[border-color]',
        face.container ? 'bg-muted/40' : 'bg-popover',
        selected ? 'border-accent outline-2 outline-ring' : 'border-control',
        node.off === true && 'border-dashed',
      )}
    >
      <span
        aria-hidden
        className={classNames(
          'absolute inset-y-0 left-0 w-1 rounded-l-control',
          edges[tone],
          face.container && 'opacity-60',
        )}
      />
      <div
        style={{ height: headHeight }}
        className={classNames(
          'flex items-center gap-2.5 pr-3 pl-3.5',
          face.container && 'rounded-t-control bg-popover',
        )}
      >
        <span className="step-icon flex size-8 shrink-0 items-center justify-center rounded-control bg-muted text-muted-foreground">
          <KindIcon kind={node.kind} className="size-4.5" />
        </span>
        <span className={classNames('min-w-0 flex-1', node.off === true && 'opacity-60')}>
          <span className="step-title block truncate text-base font-semibold">{nodeTitle(node)}</span>
          <span className="step-line block truncate text-caption text-muted-foreground">{stepLine(node, kind)}</span>
        </span>
        <Marks node={data.step.node} state={state} />
      </div>
      <Rows face={face} isConnectable={isConnectable} />
      <Handle
        id={handles.in}
        type="target"
        position={Position.Left}
        isConnectable={isConnectable}
        style={{ top: headHeight / 2 }}
        className="step-control"
      />
      {face.ways.length === 0 && (
        <Handle
          id={handles.way('ok')}
          type="source"
          position={Position.Right}
          isConnectable={isConnectable}
          style={{ top: headHeight / 2 }}
          className="step-control"
        />
      )}
      {(state?.facts !== undefined || state?.text !== undefined) && (
        <div className="pointer-events-none absolute top-full left-0 w-full px-1 pt-1 text-caption text-muted-foreground">
          {state.facts !== undefined && <span className="tabular block truncate">{state.facts}</span>}
          {state.text !== undefined && <span className="line-clamp-2 block break-words">{state.text}</span>}
        </div>
      )}
      {state?.status !== undefined && <span className="sr-only">{statusWords[state.status]}</span>}
    </div>
  );
});

function Marks({ node, state }: { node: SceneStep['node']; state: StepState | undefined }) {
  const { faults } = state ?? {};
  return (
    <span className="flex shrink-0 items-center gap-1">
      {node.off === true && <PowerOff role="img" aria-label="Switched off" className="size-4 text-muted-foreground" />}
      {state?.pinned === true && <Pin role="img" aria-label="Its output is pinned" className="size-4 text-info" />}
      {faults &&
        (faults.errors > 0 ? (
          <CircleAlert role="img" aria-label={faults.first} className="size-4 text-danger" />
        ) : (
          faults.warnings > 0 && <TriangleAlert role="img" aria-label={faults.first} className="size-4 text-warning" />
        ))}
    </span>
  );
}

function Rows({ face, isConnectable }: { face: Face; isConnectable: boolean }) {
  if (face.rows === 0) return null;
  return (
    <div className={classNames('relative flex justify-between text-caption', face.container && 'bg-popover')}>
      <div className="min-w-0 flex-1">
        {face.inputs.map(({ name, type }) => (
          <div key={name} style={{ height: rowHeight }} className="relative flex items-center pl-3.5">
            <Handle
              id={handles.input(name)}
              type="target"
              position={Position.Left}
              isConnectable={isConnectable}
              style={{ background: colourToken[portColour(type)] }}
              className="step-data"
            />
            <span className="step-rows truncate text-muted-foreground">{name}</span>
          </div>
        ))}
      </div>
      <div className="min-w-0 flex-1 text-right">
        {face.ways.map((way) => (
          <div key={way} style={{ height: rowHeight }} className="relative flex items-center justify-end pr-3.5">
            <span className={classNames('truncate font-medium', way === 'error' && 'text-danger')}>{way}</span>
            <Handle
              id={handles.way(way)}
              type="source"
              position={Position.Right}
              isConnectable={isConnectable}
              className="step-control"
            />
          </div>
        ))}
        {face.ports.map(({ name, type }) => (
          <div key={name} style={{ height: rowHeight }} className="relative flex items-center justify-end gap-1 pr-3.5">
            <span className="step-rows truncate">{name}</span>
            <span className="step-rows truncate text-muted-foreground">{type}</span>
            <Handle
              id={handles.port(name)}
              type="source"
              position={Position.Right}
              isConnectable={isConnectable}
              style={{ background: colourToken[portColour(type)] }}
              className="step-data"
            />
          </div>
        ))}
      </div>
    </div>
  );
}
