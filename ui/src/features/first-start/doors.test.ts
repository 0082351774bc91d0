import { expect, it } from 'vitest';

import type { Model, Provider } from '@/api/generated';

import { doorsInOrder, findings, isFirstStart, quickTry, type Findings } from './doors';

const order = (found: Partial<Findings>) =>
  doorsInOrder({ ollama: undefined, ollamaModels: undefined, engineProblem: undefined, ...found }).map(
    ({ name, state }) => `${name} ${state}`,
  );

const model = (id: string, fields: Partial<Model> = {}): Model => ({
  id,
  name: id,
  state: { type: 'on_disk' },
  capabilities: ['chat'],
  parameters: [],
  testSize: false,
  ...fields,
});
const provider = (slug: string, kind: Provider['kind']): Provider => ({
  id: slug,
  slug,
  name: slug,
  kind,
  baseUrl: '',
  keySource: { type: 'none' },
  keyState: 'not_needed',
  enabled: true,
});
const list = (...models: Model[]) => ({ models, problems: [] });
const both = [provider('embedded', 'embedded'), provider('home-ollama', 'ollama')];

it('puts the doors that can work here first', () => {
  expect(order({ ollamaModels: 4 })).toEqual(['ollama ready', 'engine ready', 'cloud ready']);
  expect(order({})).toEqual(['engine ready', 'cloud ready', 'ollama absent']);
  expect(order({ ollamaModels: 0 })).toEqual(['engine ready', 'cloud ready', 'ollama empty']);
  expect(order({ engineProblem: 'No runner.' })).toEqual(['cloud ready', 'ollama absent', 'engine absent']);
});

it('goes by what the Ollama here says of itself', () => {
  const installed = { type: 'installed', program: '/usr/bin/ollama', version: null, service: false } as const;
  const ready = {
    type: 'ready',
    ownership: 'owned',
    address: '',
    version: '1',
    pid: null,
    folder: null,
    devices: [],
    notices: [],
  } as const;
  const state = (ollama: NonNullable<Findings['ollama']>, ollamaModels?: number) =>
    order({ ollama, ollamaModels }).find((door) => door.startsWith('ollama'));
  expect(state({ ...ready, devices: [], notices: [] }, 4)).toBe('ollama ready');
  expect(state({ ...ready, devices: [], notices: [] }, 0)).toBe('ollama empty');
  expect(state(installed)).toBe('ollama idle');
  expect(state({ type: 'absent', searched: [] }, 3)).toBe('ollama absent');
  expect(order({ ollama: installed })).toEqual(['engine ready', 'cloud ready', 'ollama idle']);
  expect(order({ ollama: installed, engineProblem: 'No runner.' })).toEqual([
    'cloud ready',
    'ollama idle',
    'engine absent',
  ]);
});

it('counts the models of Ollama that can write, by whatever name it goes', () => {
  const models = [
    model('home-ollama/llama3'),
    model('home-ollama/embed', { capabilities: ['embedding'] }),
    model('openai/gpt'),
  ];
  expect(findings(both, list(...models), undefined)).toEqual({
    ollama: undefined,
    ollamaModels: 1,
    engineProblem: undefined,
  });
  expect(findings([provider('embedded', 'embedded')], list(), undefined).ollamaModels).toBeUndefined();
});

it('is the first start until a model was chosen, something was said, or it was waved away', () => {
  expect(isFirstStart(false, [], both, list())).toBe(true);
  expect(isFirstStart(true, [], both, list())).toBe(false);
  expect(isFirstStart(false, [{} as never], both, list())).toBe(false);
  expect(isFirstStart(false, [], both, list(model('embedded/qwen')))).toBe(false);
  expect(isFirstStart(false, [], both, list(model('openai/gpt', { state: { type: 'remote' } })))).toBe(false);
});

it('takes what was found by itself for a door, and a model of test size for a quick try', () => {
  const test = model('embedded/small', { testSize: true });
  expect(isFirstStart(false, [], both, list(model('home-ollama/llama3'), test))).toBe(true);
  expect(quickTry(list(test))?.id).toBe('embedded/small');
  expect(
    quickTry(list(model('embedded/small', { testSize: true, state: { type: 'damaged', reason: '' } }))),
  ).toBeUndefined();
});
