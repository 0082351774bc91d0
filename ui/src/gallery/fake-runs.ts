/** Runs of which everything is made up: `gallery.html?at=/runs/r1&run=failed`. */
import type {
  Attempt,
  Call,
  JournalEntry,
  OutsideEffect,
  Run,
  RunView,
  StepRun,
  StepStatus,
  StepView,
  WaitingStep,
} from '@/api/generated';

import { definition, longDefinition } from './fake-definition';
import { blocks, values } from './fake-values';

const now = Date.now();
const began = now - 95_000;

const run = (more: Partial<Run> = {}): Run => ({
  id: 'r1',
  pipelineId: 'code-factory',
  pipelineName: 'Code Factory',
  definitionHash: 'a'.repeat(64),
  origin: { type: 'manual' },
  status: 'running',
  seq: 60,
  costNanoUsd: 112_400_000,
  tokens: 22_356,
  createdAt: began - 400,
  startedAt: began,
  ...more,
});

const step = (node: string, status: StepStatus, from?: number, to?: number, more: Partial<StepRun> = {}): StepRun => ({
  scope: '',
  node,
  status,
  tries: from === undefined ? 0 : 1,
  costNanoUsd: 0,
  tokens: 0,
  ...(from === undefined ? {} : { startedAt: began + from * 1000 }),
  ...(to === undefined ? {} : { finishedAt: began + to * 1000 }),
  ...more,
});

const early = [
  step('plan', 'succeeded', 0, 6.2, { costNanoUsd: 4_200_000, tokens: 1834 }),
  step('each', 'running', 6.2, undefined, { opened: 3, count: 5, tokens: 20_522, costNanoUsd: 108_200_000 }),
  step('write', 'succeeded', 6.3, 21, { scope: 'each:0', costNanoUsd: 34_000_000, tokens: 4120 }),
  step('fix', 'succeeded', 21, 48, { scope: 'each:0', opened: 2 }),
  step('write', 'succeeded', 20, 41, { scope: 'each:2', costNanoUsd: 41_000_000, tokens: 5233, tries: 2 }),
  step('fix', 'running', 41, undefined, { scope: 'each:2', opened: 2, count: 4 }),
  step('review', 'succeeded', 41, 60, { scope: 'each:2/fix:0', tokens: 3100 }),
  step('test', 'succeeded', 60, 71, { scope: 'each:2/fix:0' }),
  step('review', 'running', 71, undefined, { scope: 'each:2/fix:1', tokens: 210 }),
];
const late = [
  step('plan', 'succeeded', 0, 6.2, { costNanoUsd: 4_200_000, tokens: 1834 }),
  step('each', 'succeeded', 6.2, 60, { opened: 5, count: 5, tokens: 20_522, costNanoUsd: 108_200_000 }),
  step('write', 'succeeded', 6.3, 21, { scope: 'each:4', costNanoUsd: 34_000_000, tokens: 4120 }),
  step('fix', 'succeeded', 21, 48, { scope: 'each:4', opened: 2, count: 4 }),
  step('review', 'succeeded', 21, 34, { scope: 'each:4/fix:1' }),
  step('test', 'succeeded', 34, 48, { scope: 'each:4/fix:1' }),
  step('merge', 'succeeded', 60, 61),
  step('check', 'succeeded', 61, 78),
];
const failure = 'hooks.example.net answered with 503 three times. Look whether it runs, then run again from here.';

interface Scene {
  run: Run;
  steps: StepRun[];
  waiting?: WaitingStep[];
  effects?: OutsideEffect[];
  outputs?: RunView['outputs'];
  definition?: unknown;
}

const form = {
  type: 'object',
  required: ['reviewer'],
  properties: {
    reviewer: { type: 'string', title: 'Who looked at it', minLength: 2 },
    notes: { type: 'string', title: 'Notes for the report', maxLength: 2000 },
    channel: { enum: ['stable', 'beta'], title: 'Channel' },
    urgent: { type: 'boolean', title: 'Release it today', description: 'Else it goes with the next one.' },
  },
};

const scenes: Record<string, () => Scene> = {
  running: () => ({ run: run(), steps: early }),
  queued: () => ({
    run: run({ status: 'queued', costNanoUsd: 0, tokens: 0, startedAt: undefined as never }),
    steps: [],
  }),
  paused: () => ({
    run: run({
      status: 'paused',
      reason: 'The next call would exceed the budget of $0.50. Raise it in the pipeline’s settings, or go on once.',
    }),
    steps: early,
  }),
  waiting: () => ({
    run: run({ status: 'waiting', waitReason: 'human' }),
    steps: [...late, step('gate', 'waiting', 78)],
    waiting: [
      {
        scope: '',
        node: 'gate',
        kind: 'human',
        form,
        answers: ['approve', 'reject'],
        question: 'Apply these changes to main?\n\n**Two files** change.',
        dueAt: now + 3 * 86_400_000,
      },
    ],
  }),
  decision: () => ({
    run: run({ status: 'waiting', waitReason: 'decision' }),
    steps: [...late, step('gate', 'succeeded', 78, 82), step('announce', 'ambiguous', 82)],
    waiting: [
      {
        scope: '',
        node: 'announce',
        kind: 'decision',
        question: 'The step took longer than the 30 s that it may.',
      },
    ],
  }),
  failed: () => ({
    run: run({
      status: 'failed',
      finishedAt: began + 93_000,
      errorCode: 'provider_unreachable',
      errorMessage: failure,
    }),
    steps: [
      ...late,
      step('gate', 'succeeded', 78, 82),
      step('announce', 'failed', 82, 93, { tries: 3, errorCode: 'provider_unreachable', errorMessage: failure }),
    ],
    effects: [
      {
        runId: 'r1',
        scope: '',
        node: 'check',
        attempt: 1,
        outcome: 'succeeded',
        startedAt: began + 61_000,
        endedAt: began + 78_000,
      },
      {
        runId: 'r1',
        scope: '',
        node: 'announce',
        attempt: 3,
        outcome: 'timed_out',
        errorMessage: 'It took longer than the 10 s that it may.',
        startedAt: began + 92_000,
      },
    ],
  }),
  // With everything that may be said of what was done outside.
  cancelled: () => ({
    run: run({ status: 'cancelled', finishedAt: began + 93_000 }),
    steps: [...late, step('gate', 'succeeded', 78, 82), step('announce', 'cancelled', 82, 93)],
    effects: (
      [
        ['check', 1, 'succeeded'],
        ['announce', 1, 'failed', 'hooks.example.net answered with 503 after it had taken all of the request.'],
        ['announce', 2, 'interrupted'],
        ['announce', 3, 'discarded_after_cancel'],
        ['announce', 4, 'running'],
      ] as const
    ).map(([node, attempt, outcome, errorMessage]): OutsideEffect => ({
      runId: 'r1',
      scope: '',
      node,
      attempt,
      outcome,
      startedAt: began + 82_000 + attempt * 1000,
      ...(errorMessage === undefined ? {} : { errorMessage }),
    })),
  }),
  succeeded: () => ({
    run: run({ status: 'succeeded', finishedAt: began + 90_000 }),
    steps: [
      ...late,
      step('gate', 'succeeded', 78, 82),
      step('announce', 'succeeded', 82, 83),
      step('report', 'succeeded', 83, 83.2),
    ],
    outputs: { report: values.report!, patch: values.patch!, tests: values.tests!, costs: values.costs! },
  }),
  reused: () => ({
    run: run({ status: 'running', origin: { type: 'rerun', runId: 'r0' }, costNanoUsd: 0, tokens: 0 }),
    steps: [
      ...late
        .filter(({ scope }) => scope === '')
        .map((one) => ({ ...one, status: 'reused' as const, costNanoUsd: 0, tokens: 0 })),
      step('gate', 'reused', 78, 78),
      step('announce', 'running', 82),
    ],
  }),
  long: () => ({
    run: run({ pipelineName: 'A long one', pipelineId: 'long' }),
    steps: Array.from({ length: 1000 }, (_, index) =>
      index < 400
        ? step(`s${index}`, 'succeeded', index / 5, index / 5 + 0.2)
        : index < 404
          ? step(`s${index}`, 'running', 80)
          : step(`s${index}`, 'pending'),
    ),
    definition: longDefinition(1000),
  }),
};

const attempt = (number: number, outcome: Attempt['outcome'], more: Partial<Attempt> = {}): Attempt => ({
  number,
  effect: 'at_most_once',
  idempotencyKey: 'k',
  outcome,
  startedAt: began + 82_000,
  endedAt: began + 84_000,
  ...more,
});

const call = {
  id: 'c1',
  surface: 'pipeline',
  model: 'openai/gpt-5-mini',
  outcome: 'succeeded',
  usage: { input: 1200, cacheRead: 0, cacheWrite: 0, output: 634, reasoning: 0, estimated: false },
  startedAt: began,
  firstTokenMs: 240,
  totalMs: 6200,
  tokensPerSecond: 104,
  chunks: 80,
  retries: 0,
  costNanoUsd: 4_200_000,
} as unknown as Call;

function stepView(scene: Scene, scope: string, node: string): StepView {
  const found = scene.steps.find((one) => one.node === node && one.scope === scope) ?? step(node, 'pending');
  const failed = found.status === 'failed';
  return {
    step: found,
    attempts: failed
      ? [
          attempt(1, 'failed', {
            errorMessage: 'hooks.example.net answered with 503.',
            log: ['Asks hooks.example.net', 'It answered with 503'],
          }),
          attempt(2, 'timed_out', { errorMessage: 'No answer within 30 s.' }),
          attempt(3, 'failed', {
            errorMessage: 'hooks.example.net answered with 503.',
            log: ['Asks hooks.example.net', 'It answered with 503', 'No try is left'],
          }),
        ]
      : [attempt(1, 'succeeded', { effect: 'idempotent' })],
    ...(node === 'plan' || node === 'review' || node === 'write'
      ? {
          input: {
            model: 'openai/gpt-5-mini',
            temperature: 0.2,
            messages: [
              { role: 'system', content: 'You plan changes of programs.' },
              { role: 'user', content: 'Plan: make the sum safe against overflow.' },
            ],
          },
          calls: [call],
          sent: [
            {
              role: 'system',
              content: 'You plan changes of programs.\n\nAnswer with JSON only: no explanation before or after it.',
            },
            { role: 'user', content: 'Plan: make the sum safe against overflow.' },
          ],
        }
      : {
          calls: [],
          ...(node === 'gate'
            ? { input: { message: '**Two files** change. The tests pass.' } }
            : { input: { url: 'https://hooks.example.net/team', method: 'POST' } }),
        }),
    outputs:
      found.status === 'succeeded' || found.status === 'reused'
        ? node === 'plan'
          ? { json: values.json!, text: values.text! }
          : node === 'merge'
            ? { patch: values.patch! }
            : node === 'check' || node === 'test'
              ? { report: values.tests! }
              : {}
        : {},
    ...(found.status === 'running'
      ? { text: 'The patch looks right, but `checked_add` on a reference needs a dereference. I would also ' }
      : {}),
  };
}

const entries: JournalEntry[] = [
  { seq: 1, at: began - 400, kind: 'run.accepted', body: {} },
  { seq: 2, at: began, kind: 'run.started', body: {} },
  { seq: 3, at: began + 2, kind: 'step.started', body: { scope: '', node: 'plan', attempt: 1 } },
  { seq: 4, at: began + 6_200, kind: 'step.succeeded', body: { scope: '', node: 'plan', port: 'ok' } },
  { seq: 5, at: began + 6_300, kind: 'step.started', body: { scope: 'each:2/fix:1', node: 'review', attempt: 1 } },
  {
    seq: 6,
    at: began + 9_000,
    kind: 'step.retry',
    body: { scope: 'each:2', node: 'write', reason: 'The answer wasn’t JSON' },
  },
];

const list: Run[] = [
  run(),
  run({ id: 'r2', status: 'waiting', waitReason: 'human', pipelineName: 'Release notes', pipelineId: 'release-notes' }),
  run({
    id: 'r3',
    status: 'failed',
    errorMessage: failure,
    finishedAt: began + 9000,
    origin: { type: 'trigger', id: 'nightly' },
  }),
  run({
    id: 'r4',
    status: 'succeeded',
    finishedAt: began + 40_000,
    createdAt: now - 86_400_000,
    origin: { type: 'rerun', runId: 'r3' },
  }),
  run({ id: 'r5', status: 'cancelled', finishedAt: began + 4_000, createdAt: now - 2 * 86_400_000 }),
];

interface Asked {
  status?: string;
  scope?: string;
  node?: string;
  after?: number;
  port?: string;
}

/** The answer to a question about runs; undefined for every other. */
export function answerRuns(method: string, params: unknown, wanted: URLSearchParams): unknown {
  const name = wanted.get('run');
  const scene = (scenes[name ?? ''] ?? scenes.running)!();
  const { status, scope = '', node = '', after = 0 } = (params ?? {}) as Asked;
  switch (method) {
    case 'run/list':
      return { items: name === 'none' ? [] : list.filter((one) => status === undefined || one.status === status) };
    case 'run/get':
      return {
        run: scene.run,
        definition: scene.definition ?? definition,
        steps: scene.steps.filter((one) => one.scope === '' || one.scope.startsWith('each:')),
        inputs: { task: 'Make the sum safe against overflow.', repo: '/home/ann/code/sum' },
        outputs: scene.outputs,
        waiting: scene.waiting ?? [],
        effects: scene.effects ?? [],
      };
    case 'run/steps':
      return { items: scene.steps.filter((one) => one.scope === scope) };
    case 'run/step':
      return stepView(scene, scope, node);
    case 'run/items':
      return {
        items: Array.from({ length: 5 }, (_, index) => ({
          index,
          status: index < 2 ? 'succeeded' : index === 2 ? 'running' : 'pending',
          costNanoUsd: index < 3 ? 34_000_000 : 0,
        })),
      };
    case 'run/apply':
      return {
        folder: '/home/ann/code/sum',
        base: '3f9c2ab7d1e04c55',
        files: ['src/lib.rs', 'tests/sum.rs'],
        already: false,
      };
    case 'run/value':
      return { value: 'All of it. '.repeat(200) };
    case 'run/journal':
      return { items: entries.filter(({ seq }) => seq > after) };
    case 'markup/render':
      return { blocks };
    default:
      return undefined;
  }
}
