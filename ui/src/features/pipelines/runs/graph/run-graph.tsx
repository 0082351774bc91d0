/** The definition as it runs: the builder's canvas, to be looked at. What moves is drawn by each node for itself. */
import '../../shared/canvas.css';

import {
  Background,
  BackgroundVariant,
  Panel,
  ReactFlow,
  type NodeMouseHandler,
  type ReactFlowInstance,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { useStore } from '@/lib/store';

import { withPlaces } from '../../builder/model/layout';
import { visibleIn, windowOf } from '../../builder/model/visible';
import { nodeTitle } from '../../shared/definition';
import { boundsOf, type Box } from '../../shared/geometry';
import { graphOf } from '../../shared/graph';
import { StepNode, type StepFlowNode } from '../../shared/step-node';
import type { StepFlowEdge } from '../../shared/step-edge';
import { StepStatesContext, statusWords } from '../../shared/step-states';
import { sceneOf } from '../../shared/scene';
import { ZoomButtons } from '../../shared/zoom-buttons';
import { nameOf } from '../state/keys';
import { usePlace, useShownScopes } from '../state/place';
import { GraphStates } from './graph-states';

import { LiveEdge } from './live-edge';
import { ScopeBar } from './scope-bar';
import { nextWindow, roomOf, useSight, wholeView, type View } from './sight';

const nodeTypes = { step: StepNode };
const edgeTypes = { step: LiveEdge };

export default function RunGraph() {
  const { live, definition, kinds, selected, select } = usePlace();
  const shown = useShownScopes();
  const [states] = useState(
    () => new GraphStates(live, (node) => graphOf(definition).nodes.get(node)?.kind === 'loop'),
  );
  const chosen = useStore(selected);
  const scene = useMemo(() => sceneOf(withPlaces(definition, kinds), kinds), [definition, kinds]);
  // As one text, which stays the same as long as the nodes stand for the same steps.
  const stands = definition.nodes.map(({ id }) => `${id}\t${shown.keyOf(id)}`).join('\n');
  useEffect(() => {
    states.show(stands === '' ? [] : stands.split('\n').map((line) => line.split('\t') as [string, string]));
    return () => states.stop();
  }, [states, stands]);

  const [near, setNear] = useState<Box>(() => windowOf({ x: 0, y: 0, zoom: 1 }, { w: 1200, h: 800 }));
  const seen = useCallback((view: View) => {
    const room = roomOf();
    if (room) setNear((before) => nextWindow(before, view, room));
  }, []);
  const chosenNode = chosen === null ? null : nameOf(chosen).node;
  const visible = useMemo(
    () => visibleIn(scene, near, new Set(chosenNode === null ? [] : [chosenNode])),
    [scene, near, chosenNode],
  );
  const nodes = useMemo(
    () =>
      [...scene.steps.values()]
        .filter(({ id }) => visible.steps.has(id))
        .sort((one, other) => one.depth - other.depth)
        .map((step): StepFlowNode => ({
          id: step.id,
          type: 'step',
          position: { x: step.box.x, y: step.box.y },
          width: step.box.w,
          height: step.box.h,
          ...(step.parent === undefined ? {} : { parentId: step.parent }),
          data: { step },
          selected: chosenNode === step.id,
          ariaLabel: nodeTitle(step.node),
          // What stands inside lies over its container.
          zIndex: step.depth,
        })),
    [scene, visible, chosenNode],
  );
  const edges = useMemo(
    () =>
      visible.lines.map((line): StepFlowEdge => ({
        id: line.id,
        type: 'step',
        source: line.source,
        sourceHandle: line.sourceHandle,
        target: line.target,
        targetHandle: line.targetHandle,
        data: { line },
        focusable: false,
        zIndex: scene.steps.get(line.target)?.depth ?? 0,
      })),
    [scene, visible],
  );
  const press = useCallback<NodeMouseHandler<StepFlowNode>>(
    (_event, node) => select(shown.keyOf(node.id)),
    [select, shown],
  );
  const [flow, setFlow] = useState<ReactFlowInstance<StepFlowNode, StepFlowEdge> | null>(null);
  useSight(flow, scene, chosenNode, seen);
  const showAll = () => {
    const [all, room] = [boundsOf(scene.absolute.values()), roomOf()];
    if (all && room) void flow?.setViewport(wholeView(all, room));
  };
  return (
    <StepStatesContext value={states}>
      <div className="relative h-full min-h-0 bg-background">
        <ReactFlow<StepFlowNode, StepFlowEdge>
          aria-label="The run's steps"
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodeClick={press}
          onPaneClick={() => select(null)}
          // Enter and Space choose a step as a click does.
          onNodesChange={(changes) => {
            for (const change of changes)
              if (change.type === 'select' && change.selected) select(shown.keyOf(change.id));
          }}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          onInit={setFlow}
          onMove={(_event, view) => seen(view)}
          minZoom={0.1}
          maxZoom={1.5}
          zoomOnDoubleClick={false}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
          <Panel
            position="bottom-left"
            className="m-3! flex items-center gap-1 rounded-control border border-border bg-popover p-0.5"
          >
            <ZoomButtons onFit={showAll} fitLabel="Show all steps" />
          </Panel>
        </ReactFlow>
        <ScopeBar />
        <Said />
      </div>
    </StepStatesContext>
  );
}

/** Tells who can't see the canvas which step began or ended, one line at a time. */
function Said() {
  const { live, definition } = usePlace();
  const [words, setWords] = useState('');
  const version = useSyncExternalStore(live.version.subscribe, live.version.get);
  useEffect(() => {
    const newest = live
      .steps()
      .filter(({ scope }) => scope === '')
      .reduce<ReturnType<typeof live.step>>((latest, step) => {
        const at = step.finishedAt ?? step.startedAt ?? 0;
        return at > (latest?.finishedAt ?? latest?.startedAt ?? 0) ? step : latest;
      }, undefined);
    const spec = newest && definition.nodes.find(({ id }) => id === newest.node);
    // eslint-disable-next-line react-hooks/set-state-in-effect -- what was said last is state: it stays until something else is to be said
    if (newest && spec) setWords(`${nodeTitle(spec)}: ${statusWords[newest.status]}`);
  }, [live, definition, version]);
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  );
}
