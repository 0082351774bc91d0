import { expect, it } from 'vitest';

import { edgeState } from './live-edge';
import { firstView, nextWindow, wholeView } from './sight';

const room = { w: 800, h: 400 };

it('a graph that can be read as a whole stands in the middle', () => {
  const view = firstView({ x: 0, y: 0, w: 400, h: 100 }, { x: 0, y: 0, w: 240, h: 54 }, room);
  expect(view).toEqual({ x: 200, y: 150, zoom: 1 });
});

it('of a wide one the part that matters is shown, large enough to be read', () => {
  const all = { x: 0, y: 0, w: 4000, h: 100 };
  const { x, zoom } = firstView(all, { x: 2000, y: 0, w: 240, h: 54 }, room);
  expect(zoom).toBe(0.55);
  expect((2000 + 120) * zoom + x).toBeCloseTo(400);
  expect(firstView(all, { x: 0, y: 0, w: 240, h: 54 }, room).x).toBe(40);
});

it('all of it is shown when asked for, however small', () => {
  const { zoom, x } = wholeView({ x: 0, y: 0, w: 7200, h: 100 }, room);
  expect(zoom).toBeCloseTo(0.1);
  expect(x).toBeCloseTo(40);
});

it('what is drawn changes only when its edge comes into sight', () => {
  const first = nextWindow({ x: 0, y: 0, w: 0, h: 0 }, { x: 0, y: 0, zoom: 1 }, room);
  expect(nextWindow(first, { x: -20, y: 0, zoom: 1 }, room)).toBe(first);
  expect(nextWindow(first, { x: -900, y: 0, zoom: 1 }, room)).not.toBe(first);
});

it('a line runs to what runs, and fades where nobody went', () => {
  expect(edgeState('succeeded', 'running')).toBe('running');
  expect(edgeState('succeeded', 'skipped')).toBe('not_taken');
  expect(edgeState('succeeded', 'succeeded')).toBe('taken');
  expect(edgeState('succeeded', 'pending')).toBeUndefined();
  expect(edgeState('pending', 'pending')).toBeUndefined();
});
