import { act, render } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import type { Block } from '@/api/generated';

import { Blocks } from './blocks';

const painted = vi.hoisted(() => [] as number[]);
// Paints whenever it is asked to: what is counted is how often its group asks.
vi.mock('./block-view', () => ({
  BlockView: ({ block, open }: { block: Block; open: boolean }) => {
    painted.push(block.id);
    return <p data-open={open}>{block.id}</p>;
  },
}));

const block = (id: number, text = ''): Block => ({
  id,
  rev: 1,
  node: { type: 'paragraph', content: [{ type: 'text', text }] },
});
const answer = (count: number) => Array.from({ length: count }, (_, id) => block(id));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const resting = (page: HTMLElement) =>
  [...page.querySelectorAll('[class*="contain-intrinsic"]')].map((group) =>
    group.className.includes('content-visibility:auto'),
  );

it('a change at the end paints only the last group', () => {
  const blocks = answer(70);
  const page = render(<Blocks blocks={blocks} growing />);
  painted.length = 0;
  page.rerender(<Blocks blocks={[...blocks.slice(0, 69), block(69, 'more')]} growing />);
  expect(painted).toEqual(range(64, 70));
  expect(page.container.querySelectorAll('[data-open="true"]')).toHaveLength(1);
});

it('a block in a finished group that changes after all paints that group', () => {
  const blocks = answer(70);
  const page = render(<Blocks blocks={blocks} growing />);
  painted.length = 0;
  page.rerender(
    <Blocks blocks={blocks.map((each) => (each.id === 3 ? block(3, 'a link’s target came') : each))} growing />,
  );
  expect(painted).toEqual(range(0, 32));
});

it('the next group begins without making the elements before it anew', () => {
  const page = render(<Blocks blocks={answer(31)} growing />);
  const [first] = page.container.querySelectorAll('p');
  const blocks = answer(33);
  page.rerender(<Blocks blocks={blocks} growing />);
  expect(page.container.querySelector('p')).toBe(first);
  expect([...page.container.querySelectorAll('p')].map((each) => Number(each.textContent))).toEqual(range(0, 33));
});

it('finished groups rest once they were measured, at the end of the answer too, and are measured anew at another width', () => {
  vi.useFakeTimers();
  let resize: (width: number) => void = () => undefined;
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(told: (entries: unknown[]) => void) {
        resize = (width) => told([{ contentRect: { width } }]);
      }
      observe() {}
      disconnect() {}
    },
  );
  try {
    const blocks = answer(67);
    const page = render(<Blocks blocks={blocks} growing />);
    act(() => resize(700));
    expect(resting(page.container)).toEqual([false, false, false]);
    act(() => void vi.advanceTimersByTime(200));
    // The second one's end is among the last blocks still.
    expect(resting(page.container)).toEqual([true, false, false]);
    page.rerender(<Blocks blocks={[...blocks, block(67)]} growing />);
    expect(resting(page.container)).toEqual([true, true, false]);
    painted.length = 0;
    page.rerender(<Blocks blocks={[...blocks, block(67)]} growing={false} />);
    expect(resting(page.container)).toEqual([true, true, false]);
    expect(painted.every((id) => id >= 64)).toBe(true);
    act(() => resize(500));
    expect(resting(page.container)).toEqual([false, false, false]);
    act(() => void vi.advanceTimersByTime(200));
    expect(resting(page.container)).toEqual([true, true, false]);
  } finally {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }
});

it('an answer that was whole when it came into the page never rests: nobody knows its heights', () => {
  const page = render(<Blocks blocks={answer(70)} growing={false} />);
  expect(resting(page.container)).toEqual([false, false, false]);
});
