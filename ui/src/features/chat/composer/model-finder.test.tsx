import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import type { Model } from '@/api/generated';
import { ClientContext, createQueryClient } from '@/api/query';

import type { Models } from '../state/models';
import Finder from './model-finder';

vi.mock('@tanstack/react-router', () => ({ useNavigate: () => () => undefined }));

const model = (state: Model['state']): Model => ({
  id: 'ollama/smol',
  name: 'smol',
  state,
  capabilities: ['chat'],
  parameters: [],
  testSize: false,
});

function start(chosen: Model) {
  const call = vi.fn((_method: string, _params: unknown) => Promise.resolve({} as unknown));
  const client = createClient({ call, subscribe: () => () => undefined });
  const models = {
    all: [chosen],
    groups: [{ title: 'Ollama', models: [chosen] }],
    problems: [],
    pending: false,
    error: null,
    providerName: () => 'Ollama',
  } as unknown as Models;
  render(
    <ClientContext value={client}>
      <QueryClientProvider client={createQueryClient()}>
        <Finder models={models} chosen={chosen.id} title="Model" onChoose={() => undefined} />
      </QueryClientProvider>
    </ClientContext>,
  );
  return () => call.mock.calls.map(([method, params]) => [method, params]);
}

it('loads and unloads the chosen model', async () => {
  Element.prototype.scrollIntoView = () => undefined;
  const called = start(model({ type: 'on_disk' }));
  await userEvent.click(screen.getByRole('button', { name: 'Load smol' }));
  await waitFor(() => expect(called()).toEqual([['model/start', { id: 'ollama/smol' }]]));
});

it('unloads one that is in memory, and offers neither for one that is elsewhere', async () => {
  Element.prototype.scrollIntoView = () => undefined;
  const called = start(model({ type: 'loaded', memory: 1, gpuMemory: 0, context: 4096 }));
  await userEvent.click(screen.getByRole('button', { name: 'Unload smol' }));
  await waitFor(() => expect(called()).toEqual([['model/stop', { id: 'ollama/smol' }]]));
  start({ ...model({ type: 'remote' }), name: 'far' });
  expect(screen.queryByRole('button', { name: 'Load far' })).toBeNull();
});
