/** What of the graph is in sight: all of it where it can be read as a whole, else the part where something goes on; and what is chosen. */
import { useEffect, useRef } from 'react';

import type { ReactFlowInstance } from '@xyflow/react';

import { windowOf } from '../../builder/model/visible';
import { boundsOf, type Box } from '../../shared/geometry';
import type { Scene } from '../../shared/scene';
import type { StepFlowEdge } from '../../shared/step-edge';
import type { StepFlowNode } from '../../shared/step-node';
import { usePlace } from '../state/place';

type Flow = ReactFlowInstance<StepFlowNode, StepFlowEdge>;

/** Smaller than this a step can't be read. */
const readable = 0.55;
/** Pixels around what is shown. */
const around = 40;

export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** Where the canvas begins. `focus` is the box that matters most, where not all can be seen. */
export function firstView(all: Box, focus: Box, room: { w: number; h: number }): View {
  const fits = Math.min((room.w - 2 * around) / all.w, (room.h - 2 * around) / all.h);
  const zoom = Math.min(1, Math.max(readable, fits));
  const along = (from: number, length: number, at: number, size: number, space: number): number => {
    if (length * zoom + 2 * around <= space) return (space - length * zoom) / 2 - from * zoom;
    // The middle of what matters in the middle, but nothing empty beyond the edges.
    const wished = space / 2 - (at + size / 2) * zoom;
    return Math.min(around - from * zoom, Math.max(space - around - (from + length) * zoom, wished));
  };
  return {
    x: along(all.x, all.w, focus.x, focus.w, room.w),
    y: along(all.y, all.h, focus.y, focus.h, room.h),
    zoom,
  };
}

/** All of it, however small. */
export function wholeView(all: Box, room: { w: number; h: number }): View {
  const zoom = Math.max(0.05, Math.min(1, (room.w - 2 * around) / all.w, (room.h - 2 * around) / all.h));
  return { x: (room.w - all.w * zoom) / 2 - all.x * zoom, y: (room.h - all.h * zoom) / 2 - all.y * zoom, zoom };
}

/** Which part of the canvas is given to React Flow: the same one until its edge comes into sight, or far more is there than is seen. */
export function nextWindow(before: Box, view: View, room: { w: number; h: number }): Box {
  const wide = windowOf(view, room);
  const bare = { x: -view.x / view.zoom, y: -view.y / view.zoom, w: room.w / view.zoom, h: room.h / view.zoom };
  const inside =
    bare.x >= before.x &&
    bare.y >= before.y &&
    bare.x + bare.w <= before.x + before.w &&
    bare.y + bare.h <= before.y + before.h;
  return inside && before.w < wide.w * 1.6 ? before : wide;
}

export function useSight(flow: Flow | null, scene: Scene, chosen: string | null, seen: (view: View) => void): void {
  const { live } = usePlace();
  const begun = useRef(false);
  useEffect(() => {
    if (!flow || begun.current) return;
    const all = boundsOf(scene.absolute.values());
    const room = roomOf();
    if (!all || !room) return;
    begun.current = true;
    const goesOn = live
      .steps()
      .find(({ scope, status }) => scope === '' && ['failed', 'ambiguous', 'waiting', 'running'].includes(status));
    const focus = scene.absolute.get(chosen ?? goesOn?.node ?? '') ?? { x: all.x, y: all.y, w: 0, h: 0 };
    const view = firstView(all, focus, room);
    seen(view);
    void flow.setViewport(view);
  }, [flow, scene, live, chosen, seen]);
  useEffect(() => {
    const box = chosen === null ? undefined : scene.absolute.get(chosen);
    if (!flow || !box) return;
    // After the panel beside it has taken its room.
    const frame = requestAnimationFrame(() => {
      const room = roomOf();
      if (!room) return;
      const { x, y, zoom } = flow.getViewport();
      const [left, top] = [box.x * zoom + x, box.y * zoom + y];
      const inSight =
        left >= 0 && top >= 0 && left + Math.min(box.w * zoom, room.w) <= room.w && top + 54 * zoom <= room.h;
      if (!inSight)
        void flow.setCenter(box.x + Math.min(box.w, room.w / zoom) / 2, box.y + Math.min(box.h, room.h / zoom) / 2, {
          zoom,
        });
    });
    return () => cancelAnimationFrame(frame);
  }, [flow, scene, chosen]);
}

export function roomOf(): { w: number; h: number } | null {
  const canvas = document.querySelector('.react-flow');
  return canvas ? { w: canvas.clientWidth, h: canvas.clientHeight } : null;
}
