/** The canvas: steps and lines by pointer and by key. */
import '../../shared/canvas.css';

import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  useStore as useFlowStore,
  type Connection,
  type EdgeChange,
  type FinalConnectionState,
  type ReactFlowProps,
  type Viewport,
} from '@xyflow/react';
import {
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type DragEvent,
  type ReactNode,
} from 'react';

import { boundsOf, type Box } from '../../shared/geometry';
import { StepEdge, type StepFlowEdge } from '../../shared/step-edge';
import { StepNode } from '../../shared/step-node';
import { StepStatesContext } from '../../shared/step-states';
import type { Editor } from '../model/editor';
import { refusal, type Wanted } from '../model/refusals';
import { useEditor } from '../model/use-editor';
import { CanvasBar } from './canvas-bar';
import { addStep, drawLine } from './commands';
import { createFlow, type Flow, type FlowNode } from './flow';
import { focusStep, handleKeys, words } from './keys';
import { MiniMap } from './mini-map';
import { NoteNode } from './note-node';

const nodeTypes = { step: StepNode, note: NoteNode };
const edgeTypes = { step: StepEdge };
/** So small that a thousand steps are in sight at once. */
const zooms = { min: 0.04, max: 2 };
/** A pipeline opens so that its steps can be read. */
const openZoom = { least: 0.5, most: 1 };

export interface CanvasProps {
  /** A step to begin with, from the address. */
  at?: string | undefined;
  onAdd: () => void;
  onConnect: (from: string) => void;
  onTest: (id: string) => void;
  /** What those around the canvas may do with it, once it is there; null when it goes. */
  onReady: (ways: CanvasWays | null) => void;
}

export interface CanvasWays {
  /** Adds a step of a kind and goes to it. */
  add(kind: string): void;
  draw(wanted: Wanted): void;
  show(id: string): void;
  focus(id: string): void;
}

/** What doesn't change from one frame of a drag to the next, so that only what is dragged is drawn again. */
const Around = memo(function Around({ editor, show, onAdd }: { editor: Editor; show: () => void; onAdd: () => void }) {
  return (
    <>
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
      <CanvasBar
        editor={editor}
        onFit={() => {
          show();
        }}
        onAdd={onAdd}
      />
      <MiniMap />
    </>
  );
});

export default function Canvas(props: CanvasProps) {
  const editor = useEditor();
  const flow = useMemo(() => createFlow(editor), [editor]);
  useEffect(() => flow.start(), [flow]);
  return (
    <StepStatesContext value={editor.states}>
      <ReactFlowProvider>
        <Surface {...props} editor={editor} flow={flow} />
      </ReactFlowProvider>
    </StepStatesContext>
  );
}

function Surface({ editor, flow, at, onReady, ...ways }: CanvasProps & { editor: Editor; flow: Flow }) {
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  const { screenToFlowPosition, setViewport, getViewport } = useReactFlow();
  const show = useCallback(
    (ids?: readonly string[]) => {
      if (!box) return;
      const { absolute } = editor.store.get().scene;
      if (ids !== undefined && ids.every((id) => inSight(absolute.get(id), getViewport(), box))) return;
      const shown = ids?.flatMap((id) => absolute.get(id) ?? []) ?? [...absolute.values()];
      const bounds = boundsOf(shown);
      const { clientWidth: w, clientHeight: h } = box;
      if (!bounds || w === 0) return;
      const fit = Math.min((w - 96) / bounds.w, (h - 120) / bounds.h, openZoom.most);
      const whole = ids === undefined;
      const zoom =
        ids === undefined
          ? Math.max(zooms.min, fit)
          : Math.max(openZoom.least, Math.min(getViewport().zoom, openZoom.most));
      const x = whole || bounds.w * zoom < w ? w / 2 - (bounds.x + bounds.w / 2) * zoom : 48 - bounds.x * zoom;
      const y = h / 2 - (bounds.y + bounds.h / 2) * zoom;
      void setViewport({ x, y, zoom });
      flow.seen({ x, y, zoom }, { w, h });
    },
    [box, editor, flow, getViewport, setViewport],
  );
  const [first] = useState(at);
  useLayoutEffect(() => {
    if (!box) return;
    const { clientWidth: w, clientHeight: h } = box;
    const { absolute } = editor.store.get().scene;
    const bounds = boundsOf(absolute.values());
    if (first !== undefined && absolute.has(first)) return show([first]);
    if (!bounds || w === 0) return;
    const zoom = Math.min(Math.max(openZoom.least, Math.min((w - 96) / bounds.w, (h - 120) / bounds.h)), openZoom.most);
    const x = bounds.w * zoom + 96 <= w ? w / 2 - (bounds.x + bounds.w / 2) * zoom : 48 - bounds.x * zoom;
    // What is higher than the window begins at its first steps, wherever those stand.
    const y =
      bounds.h * zoom + 96 <= h
        ? h / 2 - (bounds.y + bounds.h / 2) * zoom
        : 72 - topOf(absolute.values(), bounds.x) * zoom;
    void setViewport({ x, y, zoom });
    flow.seen({ x, y, zoom }, { w, h });
  }, [box, editor, flow, first, setViewport, show]);
  useEffect(() => {
    if (!box) return;
    const observer = new ResizeObserver(() => flow.seen(getViewport(), { w: box.clientWidth, h: box.clientHeight }));
    observer.observe(box);
    return () => observer.disconnect();
  }, [box, flow, getViewport]);

  useEffect(() => {
    onReady({
      add(name) {
        const kind = editor.kinds.get(name);
        if (!kind) return;
        const id = addStep(editor, flow, kind);
        show([id]);
        focusStep(id);
      },
      draw: (wanted) => void drawLine(editor, wanted),
      show(id) {
        show([id]);
        focusStep(id);
      },
      focus: focusStep,
    });
    return () => onReady(null);
  }, [editor, flow, show, onReady]);

  const handlers = useMemo(
    () => handlersOf(editor, flow, () => (box ? { w: box.clientWidth, h: box.clientHeight } : null)),
    [editor, flow, box],
  );
  const keys = handleKeys(editor, flow, { ...ways, fit: () => show() });
  const dropped = (event: DragEvent<HTMLDivElement>) => {
    const kind = editor.kinds.get(event.dataTransfer.getData('application/webplus-step'));
    if (!kind) return;
    event.preventDefault();
    const point = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    addStep(editor, flow, kind, { x: point.x - 40, y: point.y - 27 });
  };
  return (
    <div
      ref={setBox}
      role="region"
      aria-label="Canvas"
      className="relative h-full min-h-0 w-full"
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes('application/webplus-step')) event.preventDefault();
      }}
      onDrop={dropped}
      {...keys}
    >
      <Drawn flow={flow} handlers={handlers}>
        <Around editor={editor} show={show} onAdd={ways.onAdd} />
      </Drawn>
    </div>
  );
}

type Handlers = Pick<
  ReactFlowProps<FlowNode, StepFlowEdge>,
  'onNodesChange' | 'onEdgesChange' | 'onConnect' | 'onConnectEnd' | 'isValidConnection' | 'onMove' | 'onPaneClick'
>;

/** Made once: React Flow tells all that it has drawn of each handler that is new. */
function handlersOf(editor: Editor, flow: Flow, size: () => { w: number; h: number } | null): Handlers {
  return {
    onNodesChange: flow.onNodesChange,
    onEdgesChange: (changes) => chooseLines(editor, changes),
    onConnect(connection) {
      const wanted = wantedOf(connection);
      if (wanted) drawLine(editor, wanted);
    },
    onConnectEnd: (_event, state) => sayWhyNot(editor, state),
    isValidConnection(connection) {
      const wanted = wantedOf(connection);
      return wanted !== null && refusal(editor.store.get().definition, editor.kinds, wanted) === null;
    },
    onMove(_event, viewport) {
      const now = size();
      if (now) flow.seen(viewport, now);
    },
    onPaneClick: () => editor.choose({}),
  };
}

const multiSelection = ['Shift', 'Meta', 'Control'];
const attribution = { hideAttribution: true };

/** What is drawn anew for every frame of a drag, and nothing else. */
function Drawn({ flow, handlers, children }: { flow: Flow; handlers: Handlers; children: ReactNode }) {
  const { nodes, edges } = useSyncExternalStore(flow.store.subscribe, flow.store.get);
  return (
    <Zoomed>
      <ReactFlow<FlowNode, StepFlowEdge>
        {...handlers}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        connectionLineType={ConnectionLineType.SmoothStep}
        connectionRadius={28}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={multiSelection}
        selectionMode={SelectionMode.Partial}
        minZoom={zooms.min}
        maxZoom={zooms.max}
        panOnScroll
        zoomOnDoubleClick={false}
        nodeDragThreshold={3}
        elevateNodesOnSelect={false}
        ariaLabelConfig={words}
        proOptions={attribution}
      >
        {children}
      </ReactFlow>
    </Zoomed>
  );
}

/** At a distance names grow and details go, by style alone: no step is drawn again for it. */
function Zoomed({ children }: { children: ReactNode }) {
  const level = useFlowStore(({ transform: [, , zoom] }) => (zoom >= 0.7 ? 'near' : zoom >= 0.4 ? 'middle' : 'far'));
  return (
    <div data-zoom={level} className="h-full">
      {children}
    </div>
  );
}

function inSight(at: Box | undefined, { x, y, zoom }: Viewport, { clientWidth, clientHeight }: HTMLElement): boolean {
  if (!at || zoom < openZoom.least) return false;
  const [left, top] = [at.x * zoom + x, at.y * zoom + y];
  return left >= 0 && top >= 48 && left + at.w * zoom <= clientWidth && top + at.h * zoom <= clientHeight;
}

function topOf(boxes: Iterable<{ x: number; y: number }>, left: number): number {
  let top = Infinity;
  for (const { x, y } of boxes) if (x < left + 120) top = Math.min(top, y);
  return top === Infinity ? 0 : top;
}

function wantedOf({ source, sourceHandle, target, targetHandle }: Connection | StepFlowEdge): Wanted | null {
  if (!sourceHandle) return null;
  if (sourceHandle.startsWith('way:')) {
    return { type: 'control', from: source, way: sourceHandle.slice('way:'.length), to: target };
  }
  const input = targetHandle?.startsWith('input:') === true ? targetHandle.slice('input:'.length) : undefined;
  return {
    type: 'data',
    from: source,
    port: sourceHandle.slice('port:'.length),
    to: target,
    ...(input === undefined ? {} : { input }),
  };
}

/** A line that was let go over a place where it may not end. */
function sayWhyNot(editor: Editor, { isValid, fromHandle, toHandle, fromNode, toNode }: FinalConnectionState): void {
  if (isValid === true || !fromHandle || !toHandle || !fromNode || !toNode) return;
  const [out, into] = fromHandle.type === 'source' ? [fromHandle, toHandle] : [toHandle, fromHandle];
  const wanted = wantedOf({
    source: out.nodeId,
    sourceHandle: out.id ?? null,
    target: into.nodeId,
    targetHandle: into.id ?? null,
  });
  const reason = wanted && refusal(editor.store.get().definition, editor.kinds, wanted);
  if (reason !== null) editor.say(reason, 'danger');
}

function chooseLines(editor: Editor, changes: EdgeChange<StepFlowEdge>[]): void {
  const { chosen } = editor.store.get();
  const lines = new Set(chosen.lines);
  for (const change of changes) {
    if (change.type !== 'select') continue;
    if (change.selected) lines.add(change.id);
    else lines.delete(change.id);
  }
  editor.choose({ nodes: lines.size > 0 ? [] : chosen.nodes, lines: [...lines] });
}
