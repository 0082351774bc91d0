import type { Virtualizer } from '@tanstack/react-virtual';
import { expect, it, vi } from 'vitest';

import { createPosition } from './position';

type List = Virtualizer<HTMLDivElement, Element>;

function start() {
  const element = document.createElement('div');
  // jsdom doesn't scroll.
  element.scrollTo = ((to: { top: number }) => (element.scrollTop = Math.min(to.top, 900))) as never;
  const list = {
    scrollElement: element,
    targetWindow: window,
    options: { horizontal: false, isRtl: false, useScrollendEvent: false, isScrollingResetDelay: 150 },
    scrollRect: { width: 500, height: 100 },
    scrollOffset: 0,
    getTotalSize: () => 1000,
  };
  const position = createPosition(48);
  const told = vi.fn((offset: number) => (list.scrollOffset = offset));
  const stop = position.observeElementOffset(list as unknown as List, told);
  const scroll = (top: number) => {
    element.scrollTop = top;
    element.dispatchEvent(new Event('scroll'));
  };
  return { position, told, stop, scroll, list: list as unknown as List, element };
}

it('what the list scrolled itself isn’t told as somebody’s scrolling', () => {
  const { position, told, stop, element, list, scroll } = start();
  position.scrollToFn(800, { adjustments: 50, behavior: undefined }, list);
  scroll(element.scrollTop);
  expect(told).toHaveBeenLastCalledWith(850, false);
  scroll(400);
  expect(told).toHaveBeenLastCalledWith(400, true);
  // It is somebody’s now, wherever it goes.
  scroll(850);
  expect(told).toHaveBeenLastCalledWith(850, true);
  stop?.();
});

it('a scroll that the browser cut short isn’t the list’s own', () => {
  const { position, told, stop, element, list, scroll } = start();
  position.scrollToFn(2000, { adjustments: undefined, behavior: undefined }, list);
  scroll(element.scrollTop);
  expect(told).toHaveBeenLastCalledWith(900, true);
  stop?.();
});

it('knows the end from sizes it has, and tells only changes', () => {
  const { position, stop, list, scroll } = start();
  const changed = vi.fn();
  position.atEnd.subscribe(changed);
  position.moved(list);
  expect(position.atEnd.get()).toBe(false);
  position.scrollToFn(900, { adjustments: undefined, behavior: undefined }, list);
  scroll(900);
  scroll(900);
  expect(position.atEnd.get()).toBe(true);
  expect(changed).toHaveBeenCalledTimes(2);
  stop?.();
});
