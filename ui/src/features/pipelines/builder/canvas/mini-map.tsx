/** The whole of it, small: drawn on one canvas element, so that a thousand steps cost one picture. A press goes there. */
import { Panel, useReactFlow, useStore as useFlowStore } from '@xyflow/react';
import { useEffect, useRef, type PointerEvent } from 'react';

import { boundsOf } from '../../shared/geometry';
import { useEditorState } from '../model/use-editor';

const size = { w: 168, h: 104 };
const pad = 6;
/** Below this the canvas itself shows all there is. */
const fewest = 8;

export function MiniMap() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useEditorState((state) => state.scene);
  const transform = useFlowStore((state) => state.transform);
  const width = useFlowStore((state) => state.width);
  const height = useFlowStore((state) => state.height);
  const { setViewport } = useReactFlow();
  const shown = scene.steps.size >= fewest;
  const bounds = boundsOf(scene.absolute.values()) ?? { x: 0, y: 0, w: 1, h: 1 };
  const scale = Math.min((size.w - 2 * pad) / bounds.w, (size.h - 2 * pad) / bounds.h);
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext('2d');
    if (!element || !pen) return;
    const ratio = window.devicePixelRatio || 1;
    if (element.width !== size.w * ratio) {
      element.width = size.w * ratio;
      element.height = size.h * ratio;
    }
    const style = getComputedStyle(element);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size.w, size.h);
    pen.fillStyle = style.getPropertyValue('color');
    for (const [id, { x, y, w, h }] of scene.absolute) {
      pen.globalAlpha = scene.steps.get(id)?.face.container === true ? 0.2 : 0.6;
      pen.fillRect(
        pad + (x - bounds.x) * scale,
        pad + (y - bounds.y) * scale,
        Math.max(2, w * scale),
        Math.max(2, h * scale),
      );
    }
    const [tx, ty, zoom] = transform;
    pen.globalAlpha = 1;
    pen.strokeStyle = style.getPropertyValue('outline-color');
    pen.lineWidth = 1.5;
    pen.strokeRect(
      pad + (-tx / zoom - bounds.x) * scale,
      pad + (-ty / zoom - bounds.y) * scale,
      (width / zoom) * scale,
      (height / zoom) * scale,
    );
  }, [scene, transform, width, height, bounds.x, bounds.y, scale, shown]);
  if (!shown) return null;
  const go = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons !== 1) return;
    const at = event.currentTarget.getBoundingClientRect();
    const zoom = transform[2];
    const x = (event.clientX - at.left - pad) / scale + bounds.x;
    const y = (event.clientY - at.top - pad) / scale + bounds.y;
    void setViewport({ x: width / 2 - x * zoom, y: height / 2 - y * zoom, zoom });
  };
  return (
    <Panel position="bottom-right" className="m-3! hidden sm:block">
      <canvas
        ref={canvas}
        aria-hidden

        onPointerDown={go}
        onPointerMove={go}
        style={{ width: size.w, height: size.h }}
        className="rounded-control border border-border bg-panel text-muted-foreground outline-ring"
      />
    </Panel>
  );
}
