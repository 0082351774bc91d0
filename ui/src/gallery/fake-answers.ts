/** A Web+ of which everything is made up, for looking at the page in every state without one. */
import type {
  CatalogueEntry,
  Check,
  Fit,
  HubFile,
  Machine,
  OllamaSettings,
  OllamaState,
  Settings,
  SpeedSample,
  Status,
} from '@/api/generated';

import { job, jobs, models } from './fake-models';

const now = Date.now();
const gigabyte = 1_000_000_000;
const log = [
  'time=2026-11-23T09:12:44.101Z level=INFO source=routes.go:1511 msg="server config"',
  'time=2026-11-23T09:12:44.311Z level=INFO source=types.go:60 msg="inference compute" id=cpu library=cpu total="16.0 GiB"',
  'time=2026-11-23T09:14:02.018Z level=ERROR source=sched.go:449 msg="error loading llama server" error="signal: killed"',
];

const ready = {
  type: 'ready',
  ownership: 'owned',
  address: 'http://127.0.0.1:40713',
  version: '0.33.0',
  pid: 4711,
  folder: { path: '/home/ann/.ollama/models', readable: true, writable: true, owner: null },
  devices: [
    { name: 'NVIDIA GeForce RTX 4070', library: 'CUDA', total: 12.9 * gigabyte, free: 11.8 * gigabyte },
    { name: 'cpu', library: 'cpu', total: 34.2 * gigabyte, free: 21.4 * gigabyte },
  ],
  notices: [],
} satisfies OllamaState;

export const ollamaStates: Record<string, OllamaState> = {
  ready,
  adopted: {
    ...ready,
    ownership: 'adopted',
    address: 'http://127.0.0.1:11434',
    version: '0.16.2',
    folder: { path: '/usr/share/ollama/.ollama/models', readable: false, writable: false, owner: 'ollama' },
    devices: [],
    notices: [
      {
        code: 'outdated',
        message:
          'Version 0.16.2 has a known hole (fixed in 0.17.1). Making models from files is held back until it is updated.',
      },
      {
        code: 'phones_out',
        message: 'It was started by somebody else: what it sends to the network is beyond Web+’s control.',
      },
    ],
  },
  off: { type: 'off' },
  looking: { type: 'looking' },
  absent: { type: 'absent', searched: ['/usr/local/bin/ollama', '/usr/bin/ollama', '/home/ann/.local/bin/ollama'] },
  installed: { type: 'installed', program: '/usr/local/bin/ollama', version: '0.33.0', service: false },
  service: { type: 'installed', program: '/usr/local/bin/ollama', version: '0.33.0', service: true },
  unsure: {
    type: 'unsure',
    address: 'http://127.0.0.1:11434',
    version: '0.33.0',
    holder: { pid: 812, program: '/opt/other/ollama', user: 'bob', service: null },
  },
  starting: { type: 'starting', attempt: 2 },
  waiting: {
    type: 'waiting',
    attempt: 2,
    afterMs: 8000,
    message: 'The system ended it because memory ran out. Load a smaller model or one with less context.',
    log,
  },
  failed: {
    type: 'failed',
    failure: 'crashed',
    message: 'It ended 3 times within a minute. Its last lines say why; update it, or start it once more.',
    log,
  },
  held: {
    type: 'failed',
    failure: 'port_held',
    message: 'Port 11434 is held by /usr/bin/nginx (process 812, user www-data). End that, or leave the port to Web+.',
    log: [],
  },
  lost: {
    type: 'lost',
    address: 'http://127.0.0.1:11434',
    message: 'It didn’t answer for 10 s. Start it again where it was started, or let Web+ run one of its own.',
  },
  stopping: { type: 'stopping' },
};

const size = (tag: string, parameters: string, bytes: number, fits: Fit) => ({
  tag,
  parameters,
  bytes: bytes * gigabyte,
  context: 40_960,
  approximate: true,
  fits,
});
const entries: CatalogueEntry[] = [
  {
    name: 'qwen3',
    title: 'Qwen 3',
    description: 'Writes, reasons and calls tools in many languages; the small ones are quick on a laptop.',
    family: 'qwen3',
    maker: 'Alibaba',
    license: 'Apache-2.0',
    capabilities: ['tools'],
    sizes: [
      size('0.6b', '0.6B', 0.5, 'yes'),
      size('4b', '4B', 2.6, 'yes'),
      size('14b', '14B', 9.3, 'partly'),
      size('32b', '32B', 20, 'tight'),
      size('235b', '235B', 142, 'no'),
    ],
  },
  {
    name: 'gemma3',
    title: 'Gemma 3',
    description: 'Reads images too, from 4B on.',
    family: 'gemma3',
    maker: 'Google',
    license: 'Gemma',
    capabilities: ['vision'],
    sizes: [size('1b', '1B', 0.8, 'yes'), size('12b', '12B', 8.1, 'partly')],
  },
];

const checks: Check[] = [
  { id: 'database', title: 'Database', status: 'ok', message: 'Opened, 4.1 MB, nothing is wrong with it.' },
  {
    id: 'ollama.port',
    title: 'Port of Ollama',
    status: 'fail',
    message: 'Port 11434 is held by /usr/bin/nginx (process 812, user www-data). End that, or let Web+ choose a port.',
    fix: { label: 'Choose a free port', method: 'ollama/restart', params: {} },
  },
  {
    id: 'gpu',
    title: 'Graphics card',
    status: 'warn',
    message: 'Ollama sees none, so everything runs on the processor. Look whether its driver is installed.',
  },
  { id: 'keychain', title: 'Keychain', status: 'ok', message: 'Unlocked; 2 keys are in it.' },
  { id: 'disk', title: 'Disk', status: 'ok', message: '212 GB are free where models are kept.' },
];

const samples: SpeedSample[] = [31, 32, 31.5, 33, 32.4, 26.1, 25.8].map((speed, index) => ({
  at: now - (8 - index) * 86_400_000,
  engineVersion: index < 5 ? '0.32.0' : '0.33.0',
  promptPerSecond: speed * 12,
  generationPerSecond: speed,
  firstTokenMs: 240,
  loadMs: 1800,
  ...(index === 6 ? { notice: 'Since version 0.33.0 it writes 19 % slower than with 0.32.0.' } : {}),
}));

const hardware: Machine = {
  totalMemory: 34.2 * gigabyte,
  availableMemory: 21.4 * gigabyte,
  logicalCores: 16,
  physicalCores: 8,
  processor: { name: 'AMD Ryzen 7 7840U', features: ['avx2'] },
  gpus: [
    {
      name: 'NVIDIA GeForce RTX 4070',
      vendor: 'nvidia',
      memoryTotal: 12.9 * gigabyte,
      memoryFree: 11.8 * gigabyte,
      driver: '580.65',
    },
  ],
};

const settings: OllamaSettings = {
  mode: 'auto',
  program: null,
  address: null,
  port: null,
  cloud: false,
  modelsFolder: null,
  keepAliveSeconds: 300,
  parallel: 1,
  maxLoaded: 0,
  contextLength: 0,
  promptCacheMib: 512,
  kvCache: 'f16',
  flashAttention: null,
  advanced: {},
};

const hubFiles: HubFile[] = [
  {
    file: 'Qwen3-4B-Q4_K_M.gguf',
    size: 2.5 * gigabyte,
    quantization: 'Q4_K_M',
    fits: 'yes',
    parts: 1,
    projector: false,
  },
  {
    file: 'Qwen3-4B-Q8_0.gguf',
    size: 4.3 * gigabyte,
    quantization: 'Q8_0',
    fits: 'partly',
    parts: 1,
    projector: false,
  },
  { file: 'Qwen3-4B-BF16.gguf', size: 8.1 * gigabyte, quantization: 'BF16', fits: 'tight', parts: 1, projector: false },
];

const provider = (slug: string, name: string, kind: string) => ({
  id: slug,
  slug,
  name,
  kind,
  baseUrl: '',
  keySource: { type: 'none' },
  keyState: 'not_needed',
  enabled: true,
});

const status: Status = {
  version: '0.1.0',
  engine: { type: 'stopped' },
  memoryTotal: 34.2 * gigabyte,
  memoryAvailable: 21.4 * gigabyte,
  readOnly: false,
};
const general: Settings = { closeToTray: false, hubUrl: '', starterList: '', catalogueUrl: '', firstTokenTimeout: 300 };

/** What each method answers where a story says nothing else. */
export const answers: Record<string, unknown> = {
  'call/sum': { costNanoUsd: 1_240_000_000, unpriced: 0 },
  'conversation/list': { items: [] },
  'engine/state': { type: 'stopped' },
  'hub/files': hubFiles,
  'hub/search': [
    {
      repository: 'Qwen/Qwen3-4B-GGUF',
      downloads: 412_000,
      likes: 812,
      gated: false,
      updatedAt: now - 40 * 86_400_000,
    },
    {
      repository: 'somebody/Qwen3-4B-Instruct-2507-with-a-long-name-GGUF',
      downloads: 8123,
      likes: 41,
      gated: true,
      updatedAt: now - 3_600_000,
    },
  ],
  'job/list': [],
  'job/cancel': {},
  'job/pause': {},
  'job/resume': jobs[0],
  'model/benchmark': job('9', 'qwen3:4b', { status: 'running', completed: 0, total: 0 }, 'model.benchmark'),
  'model/catalogue': { dated: '2026-11-20', entries },
  'model/catalogue-refresh': { dated: '2026-11-20', entries },
  'model/create': jobs[4],
  'model/discover': [
    {
      handle: 'a',
      name: 'Meta-Llama-3.1-8B-Instruct',
      size: 4.9 * gigabyte,
      place: 'LM Studio',
      quantization: 'Q4_K_M',
      parts: 1,
    },
    {
      handle: 'b',
      name: 'gemma-2-2b-it',
      size: 1.7 * gigabyte,
      place: 'Hugging Face',
      quantization: 'Q4_K_M',
      parts: 1,
    },
  ],
  'model/estimate': {
    weights: 2.5 * gigabyte,
    kv: 1.1 * gigabyte,
    compute: 0.3 * gigabyte,
    total: 3.9 * gigabyte,
    promptCache: 0.5 * gigabyte,
    known: true,
  },
  'model/evictions': { evicts: ['ollama/qwen3:4b'], memory: 17.1 * gigabyte, free: 21.4 * gigabyte },
  'model/free-space': { freed: 1.5 * gigabyte },
  'model/list': { models, problems: [] },
  'model/load-settings': models[3],
  'model/pull': jobs[0],
  'model/remove-many': { freed: gigabyte, failed: [] },
  'model/repair': jobs[0],
  'model/show': {
    template:
      '{{- if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}<|im_start|>user\n{{ .Prompt }}<|im_end|>',
    system: 'You are a helpful assistant.',
    parameters: 'stop "<|im_end|>"\ntemperature 0.6',
    license: 'Apache License\nVersion 2.0, January 2004',
    metadata: [
      { key: 'general.architecture', value: 'qwen3' },
      { key: 'qwen3.block_count', value: '36' },
      { key: 'qwen3.attention.head_count_kv', value: '8' },
    ],
    tensors: [
      { type: 'Q4_K', count: 216, parameters: 3_400_000_000, bytes: 1.9 * gigabyte },
      { type: 'Q6_K', count: 37, parameters: 730_000_000, bytes: 0.6 * gigabyte },
      { type: 'F32', count: 145, parameters: 200_000, bytes: 800_000 },
    ],
    file: '/home/ann/.ollama/models/blobs/sha256-3e4cb1417446',
    digest: 'sha256:3e4cb14174460404e7a233e531675303b2fbf7749c02f91864fe311ab6344e4f',
    modifiedAt: now - 12 * 86_400_000,
  },
  'model/space': {
    folders: [
      {
        provider: 'ollama',
        path: '/home/ann/.ollama/models',
        models: 84.1 * gigabyte,
        unreferenced: 1.2 * gigabyte,
        partials: 0.3 * gigabyte,
        free: 212 * gigabyte,
      },
      {
        provider: 'embedded',
        path: '/home/ann/.local/share/webplus/models',
        models: 0.4 * gigabyte,
        unreferenced: 0,
        partials: 0,
        free: 212 * gigabyte,
      },
    ],
  },
  'model/speed': samples,
  'model/starters': [
    {
      proposed: true,
      name: 'Qwen 3 4B',
      repository: 'Qwen/Qwen3-4B-GGUF',
      file: 'q4.gguf',
      revision: 'main',
      licence: 'Apache-2.0',
      parameters: '4B',
      size: '2.5 GB',
      minimumMemoryMib: 6000,
      about: 'A good all-rounder for a laptop.',
    },
  ],
  'model/updates': [
    { id: 'ollama/qwen3:4b', digest: 'a' },
    { id: 'ollama/mistral-small:24b', digest: 'b' },
  ],
  'ollama/configure': { settings, restart: true },
  'ollama/log': {
    lines: Array.from({ length: 300 }, (_, index) => log[index % 3]),
    path: '/home/ann/.local/share/webplus/engine/ollama.log',
  },
  'ollama/settings': settings,
  'ollama/variables': [
    { name: 'OLLAMA_MAX_QUEUE', meaning: 'Requests that may wait; more are refused.', takes: '1 to 100000' },
    { name: 'OLLAMA_DEBUG', meaning: 'How much it writes into its log.', takes: '0 or 1 or 2' },
  ],
  'ollama/state': ready,
  'preset/list': [],
  'provider/key-places': { vault: false, vaultMade: false },
  'provider/list': [
    provider('ollama', 'Ollama', 'ollama'),
    provider('embedded', 'Built-in', 'embedded'),
    provider('openai', 'OpenAI', 'openai'),
    provider('anthropic', 'Anthropic', 'anthropic'),
  ],
  'provider/vendors': [],
  'settings/get': general,
  'system/bundle': {
    text: 'Web+ 0.1.0 on Linux x86-64\nOllama 0.33.0, owned\nMemory 34.2 GB, 21.4 GB free\nGPU NVIDIA GeForce RTX 4070',
  },
  'system/doctor': { checks },
  'system/hardware': hardware,
  'system/status': status,
};
