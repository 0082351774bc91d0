/** Models and jobs that are made up. */
import type { Job, Model, ModelState } from '@/api/generated';

const now = Date.now();
const gigabyte = 1_000_000_000;

const model = (id: string, size: number, state: ModelState, fields: Partial<Model> = {}): Model => ({
  id,
  name: id.slice(id.indexOf('/') + 1),
  state,
  capabilities: ['chat', 'tools'],
  parameters: [
    { name: 'temperature', min: 0, max: 2, default: 0.8 },
    { name: 'topP', min: 0, max: 1, default: 0.9 },
  ],
  testSize: false,
  ...(size > 0 ? { size: size * gigabyte, memoryEstimate: size * 1.2 * gigabyte } : {}),
  ...fields,
});
const disk = { type: 'on_disk' } as const;
const remote = { type: 'remote' } as const;
const q4 = {
  quantization: 'Q4_K_M',
  contextWindow: 40_960,
  defaultContext: 8192,
  family: 'qwen3',
  parameterSize: '4.0B',
};

export const models: Model[] = [
  model(
    'ollama/qwen3:4b',
    2.6,
    {
      type: 'loaded',
      memory: 4.1 * gigabyte,
      context: 8192,
      gpuMemory: 2.9 * gigabyte,
      expiresAt: now + 4 * 60_000,
    },
    q4,
  ),
  model('ollama/gemma3:12b', 8.1, { type: 'unloading' }, { ...q4, family: 'gemma3', parameterSize: '12B' }),
  model(
    'ollama/llama3.2:3b',
    2,
    { type: 'not_answering', message: 'What runs it has ended; its memory is held still.' },
    { ...q4, family: 'llama' },
  ),
  model('ollama/mistral-small:24b', 14.3, disk, {
    ...q4,
    family: 'mistral',
    parameterSize: '24B',
    contextWindow: 131_072,
  }),
  model('ollama/deepseek-r1:70b', 42.5, disk, { ...q4, family: 'llama', parameterSize: '70B', contextWindow: 131_072 }),
  model(
    'ollama/phi4:14b',
    9.1,
    { type: 'damaged', reason: 'One of its files is cut short: 3.1 of 9.1 GB are there. Repair fetches it again.' },
    { ...q4, family: 'phi3' },
  ),
  model('ollama/hf.co/owner/a-model-with-a-very-long-name-GGUF:Q5_K_M', 5.4, {
    type: 'pulling',
    completed: 1,
    total: 3,
  }),
  model('embedded/smollm2-135m-instruct', 0.0984, disk, {
    quantization: 'Q4_1',
    contextWindow: 8192,
    defaultContext: 8192,
    testSize: true,
    family: 'llama',
    parameterSize: '135M',
  }),
  model('embedded/gemma-3-270m', 0.28, { type: 'loading', progress: 0.43 }, { ...q4, family: 'gemma3' }),
  model('openai/gpt-5-mini', 0, remote, {
    contextWindow: 400_000,
    maxOutput: 128_000,
    capabilities: ['chat', 'vision', 'tools'],
  }),
  model('anthropic/claude-sonnet-4-5', 0, remote, {
    contextWindow: 200_000,
    capabilities: ['chat', 'vision', 'reasoning'],
  }),
];

/** So many, for measuring. */
export const manyModels = (count: number): Model[] =>
  Array.from({ length: count }, (_, index) =>
    model(
      `${index % 5 === 4 ? 'openai' : 'ollama'}/model-${index}:7b`,
      index % 5 === 4 ? 0 : (index % 40) + 1,
      index % 5 === 4 ? remote : disk,
      q4,
    ),
  );

export const job = (
  id: string,
  title: string,
  state: Job['state'],
  kind = 'model.pull',
  payload: unknown = {},
): Job => ({
  id,
  kind,
  title,
  payload,
  state,
  createdAt: now - 60_000,
  updatedAt: now - 20_000,
});
export const jobs: Job[] = [
  job('1', 'qwen3:14b', { status: 'running', completed: 3.9 * gigabyte, total: 9.3 * gigabyte, speed: 24_000_000 }),
  job('2', 'gemma3:27b', { status: 'queued', completed: 0, total: 17.4 * gigabyte }),
  job('3', 'mistral-nemo:12b', {
    status: 'waiting',
    completed: 1.1 * gigabyte,
    total: 7.1 * gigabyte,
    errorMessage: 'Waiting for the network; the next try is in 30 s.',
  }),
  job('4', 'phi4-mini:3.8b', {
    status: 'failed',
    completed: 0,
    total: 2.5 * gigabyte,
    errorMessage: 'The disk is full: 2.5 GB are needed and 0.4 GB are free. Free some space, then try again.',
  }),
  job('5', 'my-qwen3', { status: 'running', completed: 0, total: 0 }, 'model.create'),
  job('6', 'llama3.2:3b', { status: 'succeeded', completed: 2 * gigabyte, total: 2 * gigabyte }),
];
