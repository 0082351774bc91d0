import { expect, it } from 'vitest';

import type { Provider } from '@/api/generated';

import { targetsOf } from './targets';

const provider = (slug: string, kind: string, enabled = true) =>
  ({ slug, kind, enabled, name: slug.toUpperCase(), baseUrl: `http://${slug}:11434` }) as unknown as Provider;

it('offers the engines of this computer, and every further Ollama that is switched on', () => {
  const targets = targetsOf([
    provider('embedded', 'embedded'),
    provider('ollama', 'ollama'),
    provider('attic', 'ollama'),
    provider('cellar', 'ollama', false),
    provider('openai', 'openai'),
  ]);
  expect(targets.map(({ value, kind }) => [value, kind])).toEqual([
    ['embedded', 'embedded'],
    ['ollama', 'ollama'],
    ['attic', 'ollama'],
  ]);
  expect(targets[2]).toMatchObject({ label: 'ATTIC', note: 'The Ollama at attic:11434.' });
});
