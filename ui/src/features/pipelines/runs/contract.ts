/** What the methods of runs say and are told. */
import type { Call, Page } from '@/api/generated';

export type Timestamp = number;
export type EffectClass = 'pure' | 'idempotent' | 'at_most_once';
export type RunStatus = 'queued' | 'running' | 'waiting' | 'paused' | 'succeeded' | 'failed' | 'cancelled';
export type WaitReason = 'timer' | 'human' | 'decision' | 'run';
export type StepStatus =
  | 'pending'
  | 'ready'
  | 'running'
  | 'waiting'
  | 'retry_wait'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'ambiguous'
  | 'reused';
export type AttemptOutcome =
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'interrupted'
  | 'ambiguous'
  | 'discarded_after_cancel';
export type RunOrigin =
  | { type: 'manual' | 'command' | 'api' | 'chat' | 'test' }
  | { type: 'trigger'; id: string }
  | { type: 'step' | 'rerun' | 'failure'; runId: string };

export interface Run {
  id: string;
  pipelineId: string;
  pipelineName: string;
  definitionHash: string;
  origin: RunOrigin;
  status: RunStatus;
  waitReason?: WaitReason;
  reason?: string;
  errorCode?: string;
  errorMessage?: string;
  seq: number;
  costNanoUsd: number;
  tokens: number;
  createdAt: Timestamp;
  startedAt?: Timestamp;
  finishedAt?: Timestamp;
}

export interface StepRun {
  scope: string;
  node: string;
  status: StepStatus;
  tries: number;
  port?: string;
  opened?: number;
  count?: number;
  dueAt?: Timestamp;
  errorCode?: string;
  errorMessage?: string;
  costNanoUsd: number;
  tokens: number;
  startedAt?: Timestamp;
  finishedAt?: Timestamp;
}

export interface Attempt {
  number: number;
  effect: EffectClass;
  idempotencyKey: string;
  outcome: AttemptOutcome;
  errorMessage?: string;
  startedAt: Timestamp;
  endedAt?: Timestamp;
}

export interface JournalEntry {
  seq: number;
  at: Timestamp;
  kind: string;
  body: Record<string, unknown>;
}

export interface WaitingStep {
  scope: string;
  node: string;
  kind: WaitReason;
  form?: unknown;
  answers?: string[];
  question?: string;
  dueAt?: Timestamp;
  runId?: string;
}

export interface ValuePreview {
  type: string;
  size: number;
  preview: unknown;
  truncated: boolean;
}

export interface RunView {
  run: Run;
  definition: unknown;
  steps: StepRun[];
  inputs: Record<string, unknown>;
  outputs?: Record<string, ValuePreview>;
  waiting: WaitingStep[];
}

export interface StepView {
  step: StepRun;
  attempts: Attempt[];
  input?: unknown;
  outputs: Record<string, ValuePreview>;
  calls: Call[];
  text?: string;
}

export interface RunItem {
  index: number;
  status: StepStatus;
  costNanoUsd: number;
}

interface StepParams {
  id: string;
  scope: string;
  node: string;
}

export type { KindInfo } from '../shared/api';

export type RunEvent =
  | { type: 'run.changed'; run: Run }
  | { type: 'step.changed'; runId: string; step: StepRun }
  | { type: 'step.delta'; runId: string; scope: string; node: string; attempt: number; text: string; log?: string };

declare module '@/api/generated' {
  interface Methods {
    'run/list': {
      params: { pipelineId?: string; status?: RunStatus; cursor?: string; limit?: number };
      result: Page<Run>;
    };
    'run/get': { params: { id: string }; result: RunView };
    'run/steps': { params: { id: string; scope: string; cursor?: string }; result: Page<StepRun> };
    'run/items': { params: StepParams & { cursor?: string }; result: Page<RunItem> };
    'run/step': { params: StepParams; result: StepView };
    'run/value': { params: StepParams & { port: string }; result: { value: unknown } };
    'run/journal': { params: { id: string; after?: number; limit?: number }; result: Page<JournalEntry> };
    'run/cancel': { params: { id: string }; result: Run };
    'run/pause': { params: { id: string }; result: Run };
    'run/resume': { params: { id: string }; result: Run };
    'run/rerun': {
      params: {
        id: string;
        from: string;
        inputs?: Record<string, unknown>;
        edited?: Record<string, unknown>;
        latest?: boolean;
      };
      result: Run;
    };
    'run/answer': {
      params: StepParams & { answer: string; values?: Record<string, unknown>; signalId: string };
      result: Run;
    };
    'run/decide': {
      params: StepParams & { decision: 'done' | 'retry' | 'fail'; values?: Record<string, unknown> };
      result: Run;
    };
    'run/delete': { params: { id: string }; result: object };
    'pipeline/kinds': { params: object; result: import('../shared/api').KindInfo[] };
    'pipeline/list': { params: object; result: { id: string; name: string }[] };
    'pipeline/get': { params: { id: string }; result: { hash?: string } };
    'markup/render': { params: { text: string }; result: { blocks: import('@/api/generated').Block[] } };
  }
}
