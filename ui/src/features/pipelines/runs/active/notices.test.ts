import { expect, it } from 'vitest';

import type { Client } from '@/api/client';
import type { Run } from '@/api/generated';
import type { AppEvent } from '@/api/transport';

import { ActiveRuns, countsOf } from './active-runs';
import { asked, noticeOf, together, type Notice } from './notices';

const run = (more: Partial<Run> = {}): Run => ({
  id: 'r',
  pipelineId: 'p',
  pipelineName: 'P',
  definitionHash: 'h',
  origin: { type: 'manual' },
  status: 'running',
  seq: 1,
  costNanoUsd: 0,
  tokens: 0,
  createdAt: 0,
  ...more,
});

it('an end is said of a run that was seen to run, once', () => {
  expect(noticeOf(run(), run({ status: 'succeeded' }))?.type).toBe('ended');
  expect(noticeOf(undefined, run({ status: 'succeeded' }))).toBeNull();
  expect(noticeOf(run({ status: 'succeeded' }), run({ status: 'succeeded' }))).toBeNull();
});

it('who cancelled a run and who began it for a step or a test isn’t told of its end', () => {
  expect(noticeOf(run(), run({ status: 'cancelled' }))).toBeNull();
  expect(noticeOf(run(), run({ status: 'failed', origin: { type: 'step', runId: 'x' } }))).toBeNull();
  expect(noticeOf(run(), run({ status: 'failed', origin: { type: 'test' } }))).toBeNull();
});

it('each question is said when it is asked, whatever else the run does; how the run stands says none', () => {
  const asks = { type: 'run.asks', run: run(), node: 'gate', question: 'Send it?', decision: false } as const;
  expect(asked(asks)).toEqual({ type: 'needs', run: run(), asks: { decision: false, question: 'Send it?' } });
  expect(noticeOf(run(), run({ status: 'waiting', waitReason: 'human' }))).toBeNull();
  expect(noticeOf(run(), run({ status: 'waiting', waitReason: 'timer' }))).toBeNull();
  expect(noticeOf(run(), run({ status: 'paused', reason: 'Its budget is spent.' }))?.type).toBe('needs');
});

it('two questions of one run are told one by one, and the listener hears both', () => {
  const heard: Notice[] = [];
  let tell: (event: AppEvent) => void = () => undefined;
  const client = {
    onEvent: (listener: typeof tell) => ((tell = listener), () => undefined),
    onResync: () => () => undefined,
    call: () => Promise.resolve({ items: [] }),
  } as unknown as Client;
  new ActiveRuns(client).onNotice((notice) => heard.push(notice));
  tell({ type: 'run.asks', run: run({ seq: 2 }), node: 'first', decision: false });
  tell({
    type: 'run.asks',
    run: run({ seq: 3, status: 'waiting', waitReason: 'human' }),
    node: 'second',
    decision: false,
  });
  tell({ type: 'run.changed', run: run({ seq: 3, status: 'waiting', waitReason: 'human' }) });
  expect(heard.map(({ type }) => type)).toEqual(['needs', 'needs']);
});

it('many at once are one sentence', () => {
  const ended = (status: Run['status']) => ({ type: 'ended' as const, run: run({ status }) });
  expect(together([ended('failed'), ended('succeeded'), ended('succeeded')]).more).toEqual({
    failed: 1,
    succeeded: 2,
    needs: 0,
  });
  expect(together([ended('failed')]).single).toHaveLength(1);
});

it('the bar counts what runs and what needs somebody', () => {
  const counts = countsOf([
    run({ id: 'a' }),
    run({ id: 'b', status: 'waiting', waitReason: 'human' }),
    run({ id: 'c', status: 'waiting', waitReason: 'timer' }),
    run({ id: 'd', status: 'queued' }),
  ]);
  expect(counts).toMatchObject({ running: 1, needs: 1, queued: 1, single: null });
  expect(countsOf([run()]).single?.id).toBe('r');
});
