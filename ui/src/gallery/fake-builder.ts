/** A builder, its triggers and tests, and the settings of pipelines: `gallery.html?at=/pipelines/code-factory&faults=yes`. */
import { ApiError } from '@/api/error';
import type {
  Job,
  PipelineFault,
  PipelineFolder,
  PipelineSummary,
  PipelineView,
  SecretEntry,
  SelfTest,
  TriggerView,
  Webhook,
  WebhookDelivery,
} from '@/api/generated';

import { definition } from './fake-definition';
import { kinds } from './fake-kinds';

const now = Date.now();
const minute = 60_000;
const day = 1440 * minute;

const drawn = {
  ...definition,
  description: 'Plans, writes, reviews and tests until the tests pass.',
  triggers: [
    {
      id: 'morning',
      kind: 'schedule',
      cron: '0 7 * * 1-5',
      tz: 'local',
      missed: 'once',
      inputs: { task: 'Look what is new.' },
    },
    {
      id: 'inbox',
      kind: 'watch',
      path: '/home/ann/inbox',
      glob: '*.md',
      debounce: '2s',
      inputs: { task: '{{ event.content }}' },
    },
    { id: 'after', kind: 'event', topic: 'run.failed' },
    { id: 'hook', kind: 'webhook', verify: 'standard-webhooks', inputs: { task: '{{ event.json.task }}' } },
    { id: 'api', kind: 'api' },
  ],
  tests: [
    {
      name: 'smoke',
      inputs: { task: 'Add a line' },
      mocks: { plan: { json: { parts: [] } } },
      expect: ["outputs.report != ''"],
    },
    { name: 'nothing to do', inputs: { task: '' }, expect: ['outputs.patch == none'] },
  ],
  secrets: ['github_token'],
  nodes: [
    ...definition.nodes.map((node) => (node.id === 'announce' ? { ...node, off: true } : node)),
    {
      id: 'good',
      kind: 'condition',
      label: 'Good enough',
      config: { if: "nodes.check.code == 0 and nodes.merge.patch != ''" },
    },
  ],
  edges: [
    ...definition.edges.filter(({ from }) => from !== 'check'),
    { from: 'check', to: 'good' },
    { from: 'good.true', to: 'gate' },
  ],
  pins: { plan: { json: { parts: ['a', 'b'] } } },
};

const faults: PipelineFault[] = [
  {
    code: 'missing',
    severity: 'error',
    place: '/nodes/2/config/model',
    node: 'write',
    message: 'Write needs a model. Choose one.',
  },
  {
    code: 'missing',
    severity: 'warning',
    place: '/triggers/2',
    message: 'The trigger `after` gives no `task`, which a run needs. Add it to its inputs.',
  },
];

const view = (more: Partial<PipelineView> = {}): PipelineView => ({
  id: 'code-factory',
  name: 'Code Factory',
  definition: drawn,
  hash: 'b'.repeat(64),
  version: 7,
  faults: [],
  requires: { models: ['ollama/qwen3:4b'], secrets: ['github_token'], capabilities: ['commands', 'http'] },
  allowed: ['http'],
  revision: 'r1',
  ...more,
});

const summary = (id: string, name: string, more: Partial<PipelineSummary> = {}): PipelineSummary => ({
  id,
  name,
  description: '',
  hash: 'c'.repeat(64),
  faults: 0,
  triggers: 0,
  updatedAt: now - 3 * minute,
  ...more,
});

const list: PipelineSummary[] = [
  summary('code-factory', 'Code Factory', {
    description: 'Plans, writes, reviews and tests until the tests pass.',
    triggers: 5,
  }),
  summary('release-notes', 'Release notes', { faults: 2, updatedAt: now - 2 * day }),
];

const trigger = (id: string, kind: string, description: string, more: Partial<TriggerView> = {}): TriggerView => ({
  pipelineId: 'code-factory',
  id,
  kind,
  enabled: true,
  description,
  ...more,
});

const triggers: TriggerView[] = [
  trigger('morning', 'schedule', 'Runs on a schedule: at 07:00 on Monday to Friday.', {
    nextAt: now + 9 * 60 * minute,
  }),
  trigger('inbox', 'watch', 'Runs when a file in /home/ann/inbox that matches *.md is new or changed.', {
    lastError: 'The folder /home/ann/inbox is gone. Make it again, or choose another one.',
  }),
  trigger('after', 'event', 'Runs when this happens: run.failed.', { enabled: false }),
  trigger('hook', 'webhook', 'Runs when another program sends a signed request.', { path: '/hooks/code-factory/hook' }),
  trigger('api', 'api', 'Runs through the API.'),
];

const folders: PipelineFolder[] = [
  {
    path: '/home/ann/flows',
    files: [
      { path: '/home/ann/flows/factory.webplus.json', pipelineId: 'code-factory' },
      {
        path: '/home/ann/flows/notes.webplus.json',
        pipelineId: 'release-notes',
        problem: { kind: 'broken', message: 'It can’t be read as it is. What it said before goes on.', faults },
      },
    ],
  },
  { path: '/mnt/share/flows', problem: 'The folder can’t be read. Look whether the disk is there.', files: [] },
];

const secrets: SecretEntry[] = [
  {
    name: 'github_token',
    place: { type: 'server', address: 'https://api.github.com' },
    keep: 'keychain',
    present: true,
    setAt: now - 3 * day,
    pipelines: ['code-factory'],
  },
  { name: 'deploy_key', place: { type: 'commands' }, keep: 'session', present: false, setAt: now - day, pipelines: [] },
];

const webhooks: Webhook[] = [
  {
    id: 'w1',
    url: 'https://hooks.example.net/team',
    topics: ['run.failed', 'human.requested'],
    enabled: true,
    allowLocal: false,
    createdAt: now - 9 * day,
  },
  {
    id: 'w2',
    url: 'https://old.example.net/hook',
    topics: [],
    pipelineId: 'code-factory',
    enabled: false,
    allowLocal: false,
    lastError: 'It answered with 410: it is gone. So it was switched off.',
    createdAt: now - 30 * day,
  },
];

const deliveries: WebhookDelivery[] = [
  {
    eventId: 'e3',
    topic: 'run.failed',
    runId: 'r3',
    state: 'waiting',
    tries: 2,
    lastStatus: 503,
    lastError: 'It answered with 503.',
    nextAt: now + 4 * minute,
    createdAt: now - 6 * minute,
  },
  {
    eventId: 'e2',
    topic: 'human.requested',
    runId: 'r2',
    state: 'delivered',
    tries: 1,
    lastStatus: 204,
    createdAt: now - day,
  },
  {
    eventId: 'e1',
    topic: 'run.failed',
    state: 'failed',
    tries: 10,
    lastError: 'Nobody answered for a day.',
    createdAt: now - 3 * day,
    endedAt: now - 2 * day,
  },
];

const selfTests: Record<string, SelfTest> = {
  running: {
    job: {
      id: 'j9',
      kind: 'selftest',
      title: 'Self-test',
      payload: {},
      state: { status: 'running', completed: 3, total: 8 },
      createdAt: now - 20_000,
      updatedAt: now,
    } satisfies Job,
  },
  passed: {
    report: {
      passed: true,
      kills: 8,
      startedAt: now - 3 * minute,
      finishedAt: now - 2 * minute,
      checks: [
        {
          id: 'same_end',
          title: 'A run that was killed ends as one that wasn’t',
          passed: true,
          detail: '8 of 8 ended the same.',
        },
        {
          id: 'once',
          title: 'What must not happen twice happened once',
          passed: true,
          detail: '12 lines written, none of them twice.',
        },
        { id: 'ledger', title: 'The books are right', passed: true, detail: '9 calls, each in the ledger.' },
      ],
    },
  },
  broken: {
    report: {
      passed: false,
      kills: 8,
      startedAt: now - 3 * minute,
      finishedAt: now - 2 * minute,
      checks: [
        {
          id: 'same_end',
          title: 'A run that was killed ends as one that wasn’t',
          passed: true,
          detail: '8 of 8 ended the same.',
        },
        { id: 'gap_free', title: 'The journal has no gap', passed: false, detail: 'Run 01J… has no entry 41.' },
      ],
    },
  },
};

let saves = 0;

/** The answer to a question about what is drawn; undefined for every other. */
export function answerBuilder(method: string, params: unknown, wanted: URLSearchParams): unknown {
  const empty = wanted.has('empty');
  const found = wanted.has('faults') ? faults : [];
  const bare = { ...drawn, triggers: [], tests: [], edges: [], nodes: [] };
  switch (method) {
    case 'pipeline/kinds':
      return kinds;
    case 'pipeline/list':
      return empty ? [] : list;
    case 'pipeline/templates':
      return [
        {
          id: 'code-factory',
          title: 'Code Factory',
          summary: 'Plan, write, review and test until the tests pass.',
          definition,
        },
        { id: 'folder', title: 'Summarise a folder', summary: 'One summary of all texts in it.', definition },
        { id: 'compare', title: 'Compare models', summary: 'The same questions to several models.', definition },
      ];
    case 'pipeline/get':
      if (saves > 0)
        return view({ definition: { ...drawn, name: 'Code Factory of the other window' }, revision: 'r2' });
      return view({ faults: found, ...(wanted.has('bare') ? { definition: bare } : {}) });
    case 'pipeline/save':
      if (wanted.has('conflict')) {
        saves += 1;
        throw new ApiError({ code: 'conflict', message: 'It was saved elsewhere meanwhile.' });
      }
      return view({ definition: (params as { definition: unknown }).definition });
    case 'pipeline/validate':
      return { faults: found, requires: view().requires };
    case 'pipeline/evaluate':
      return { value: 0 };
    case 'pipeline/estimate':
      return {
        costLow: 40_000_000,
        costHigh: 310_000_000,
        secondsLow: 40,
        secondsHigh: 400,
        calls: 34,
        basis: ['Prices of today'],
      };
    case 'pipeline/test':
      return {
        tests: [
          { name: 'smoke', passed: true, failures: [], runId: 'r4' },
          {
            name: 'nothing to do',
            passed: false,
            failures: ["outputs.patch == none: it is '--- a/src/sum.rs'"],
            runId: 'r3',
          },
        ],
      };
    case 'pipeline/versions':
      return empty
        ? []
        : [7, 6, 5].map((number) => ({
            number,
            hash: 'c'.repeat(64),
            label: number === 6 ? 'Before the review' : '',
            createdAt: now - (8 - number) * day,
          }));
    case 'pipeline/version':
      return { definition };
    case 'trigger/list':
      return empty ? [] : triggers;
    case 'trigger/enable':
      return { ...triggers[3], secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    case 'pipeline/files':
      return empty ? [] : folders;
    case 'secret/list':
      return empty ? [] : secrets;
    case 'webhook/list':
      return empty ? [] : webhooks;
    case 'webhook/deliveries':
      return { items: empty ? [] : deliveries };
    case 'selftest/state':
      return selfTests[wanted.get('selftest') ?? ''] ?? {};
    default:
      return undefined;
  }
}
