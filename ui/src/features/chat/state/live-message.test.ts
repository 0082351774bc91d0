import { expect, it, vi } from 'vitest';

import type { MessageView } from '@/api/generated';

import { LiveMessage, type Delta } from './live-message';

function view(changes: Partial<MessageView> = {}): MessageView {
  return {
    id: 'm', conversationId: 'c', seq: 2, role: 'assistant', status: 'running', blocks: [], text: '', reasoning: '', rev: 0,
    siblings: ['m'], createdAt: 1_000, ...changes,
  }; // prettier-ignore
}

const delta = (rev: number, text: string, more: Partial<Delta> = {}): Delta => ({
  rev,
  patches: [
    rev === 1
      ? { type: 'set', index: 0, block: { id: 0, rev, node: { type: 'paragraph', content: [{ type: 'text', text }] } } }
      : { type: 'append', id: 0, rev, text },
  ],
  text,
  ...more,
});

function live(first = view(), fetched: () => Promise<MessageView> = () => Promise.reject(new Error('not asked'))) {
  const frames: (() => void)[] = [];
  let now = 5_000;
  const fetch = vi.fn(fetched);
  const message = new LiveMessage(first, { fetch, pace: (paint) => void frames.push(paint), now: () => now });
  return {
    message,
    fetch,
    paint: () => frames.splice(0).forEach((frame) => frame()),
    frames,
    pass: (ms: number) => (now += ms),
  };
}

it('paints many deltas at once', () => {
  const { message, paint, frames } = live();
  const told = vi.fn();
  message.subscribe(told);
  message.delta(delta(1, 'a'));
  message.delta(delta(2, 'b'));
  message.delta(delta(3, 'c'));
  expect([frames.length, told.mock.calls.length, message.get().view.text]).toEqual([1, 0, '']);
  paint();
  expect([told.mock.calls.length, message.get().view.text, message.get().view.rev]).toEqual([1, 'abc', 3]);
});

it('ignores a delta that it has already', () => {
  const { message, paint } = live();
  message.delta(delta(1, 'a'));
  message.delta(delta(1, 'a'));
  paint();
  expect(message.get().view.text).toBe('a');
});

it('fetches the message at a gap and goes on with what came meanwhile', async () => {
  const { message, fetch, paint } = live(view(), async () => view({ rev: 3, text: 'abc', blocks: delta(1, 'abc').patches.map((p) => (p as unknown as { block: never }).block) })); // prettier-ignore
  message.delta(delta(1, 'a'));
  message.delta(delta(3, 'c'));
  message.delta(delta(4, 'd'));
  await vi.waitFor(() => expect(message.view.rev).toBe(4));
  paint();
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(message.get().view.text).toBe('abcd');
  expect(message.get().view.blocks[0]?.node).toEqual({ type: 'paragraph', content: [{ type: 'text', text: 'abcd' }] });
});

it('deltas that overtake each other end in one fetch and the right text', async () => {
  const { message, fetch, paint } = live(view(), async () => view({ rev: 2, text: 'ab' }));
  message.delta(delta(2, 'b'));
  message.delta(delta(1, 'a'));
  await vi.waitFor(() => expect(message.view.text).toBe('ab'));
  paint();
  expect(fetch).toHaveBeenCalledTimes(1);
});

it('the end that came by event isn’t overwritten by an answer that was asked for before it', async () => {
  let answer: (view: MessageView) => void = () => undefined;
  const { message } = live(view(), () => new Promise((resolve) => (answer = resolve)));
  message.delta(delta(5, 'x'));
  message.replace(view({ status: 'succeeded', text: 'whole', rev: 0 }));
  answer(view({ rev: 5, text: 'old' }));
  await Promise.resolve();
  expect(message.get().view).toMatchObject({ status: 'succeeded', text: 'whole' });
});

it('after a fetch that failed the next gap asks again', async () => {
  const { message, fetch } = live();
  message.delta(delta(3, 'c'));
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(1));
  await Promise.resolve();
  await Promise.resolve();
  message.delta(delta(4, 'd'));
  expect(fetch).toHaveBeenCalledTimes(2);
});

it('a continued answer begins its revisions anew', () => {
  const { message, paint } = live(view({ status: 'cancelled', text: 'a', rev: 0 }));
  message.replace(view({ text: 'a', rev: 0 }));
  message.delta(delta(1, 'b'));
  paint();
  expect(message.get().view).toMatchObject({ status: 'running', text: 'ab' });
});

it('a call’s answer never takes back what events said', () => {
  const { message } = live(view({ rev: 7, text: 'much' }));
  message.offer(view({ rev: 2, text: 'm' }));
  expect(message.get().view.text).toBe('much');
  message.offer(view({ status: 'succeeded', text: 'much more' }));
  message.offer(view({ rev: 9, text: 'old' }));
  expect(message.get().view.text).toBe('much more');
});

it('tells how long it thought', () => {
  const { message, paint, pass } = live();
  message.delta({ rev: 1, patches: [], reasoning: 'hm' });
  paint();
  expect(message.get().thinkingSince).toBe(5_000);
  pass(12_000);
  message.delta({ ...delta(1, 'so'), rev: 2 });
  paint();
  expect(message.get()).toMatchObject({ thinkingSince: null, thoughtMs: 12_000 });
});

it('progress stands until text comes, and a retry counts down from when it was told', () => {
  const { message, paint } = live();
  message.progress({ type: 'retrying', afterMs: 7_000, attempt: 2, reason: 'busy' });
  paint();
  expect(message.get()).toMatchObject({ retryAt: 12_000, view: { progress: { type: 'retrying' } } });
  message.delta(delta(1, 'a'));
  paint();
  expect(message.get()).toMatchObject({ retryAt: null });
  expect(message.get().view.progress).toBeUndefined();
});

it('the end of an answer keeps what it says again as it is, and takes what differs', () => {
  const { message, paint } = live();
  const paragraph = (text: string) => ({ type: 'paragraph' as const, content: [{ type: 'text' as const, text }] });
  const cell = (text: string) => [{ type: 'text' as const, text }];
  const table = (...rows: string[]) => ({
    type: 'table' as const, alignments: ['none' as const], head: [cell('h')], rows: rows.map((text) => [cell(text)]),
  }); // prettier-ignore
  const nodes = [paragraph('a'), table('1', '2'), paragraph('open')];
  message.delta({
    rev: 1,
    patches: nodes.map((node, id) => ({ type: 'set', index: id, block: { id, rev: 1, node } })),
  });
  paint();
  const before = message.get().view.blocks;
  const ended = [paragraph('a'), table('1', '3'), paragraph('open'), paragraph('new')];
  message.replace(view({ status: 'succeeded', blocks: ended.map((node, id) => ({ id, rev: 0, node })) }));
  const after = message.get().view.blocks;
  expect(after.map((block) => block.node)).toEqual(ended);
  expect(after.map((block, index) => block === before[index])).toEqual([true, false, true, false]);
  const rows = [before, after].map(([, block]) => (block?.node.type === 'table' ? block.node.rows : []));
  expect(rows[1]?.map((row, index) => row === rows[0]?.[index])).toEqual([true, false]);
});
