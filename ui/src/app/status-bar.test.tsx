import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import { ClientContext, createQueryClient } from '@/api/query';

import { StatusBar } from './status-bar';

vi.mock('@tanstack/react-router', () => ({ Link: ({ children }: { children: unknown }) => children }));
vi.mock('@/features/models', () => ({ openDownloads: () => [], useImports: () => [] }));
vi.mock('@/features/pipelines/runs/active', () => ({ useActiveCounts: () => ({ running: 0, needs: 0 }) }));

const loaded = (id: string, name: string) => ({ id, name, state: { type: 'loaded', memory: 1e9, context: 4096 } });

function start(models: unknown[]) {
  const answers: Record<string, unknown> = {
    'system/status': { engine: { type: 'stopped' } },
    'ollama/state': { type: 'ready' },
    'model/list': { models, problems: [] },
    'job/list': [],
    'call/sum': { costNanoUsd: 0, unpriced: 0 },
  };
  const call = vi.fn((method: string, _params: unknown) => Promise.resolve(answers[method] ?? {}));
  const client = createClient({
    call,
    subscribe: (_onEnvelope, onState) => {
      onState({ type: 'open' });
      return () => undefined;
    },
  });
  render(
    <ClientContext value={client}>
      <QueryClientProvider client={createQueryClient()}>
        <StatusBar />
      </QueryClientProvider>
    </ClientContext>,
  );
  return () => call.mock.calls.filter(([method]) => method === 'model/stop').map(([, params]) => params);
}

it('unloads a model of Ollama', async () => {
  const stopped = start([loaded('ollama/smol', 'smol')]);
  await userEvent.click(await screen.findByRole('button', { name: 'Unload smol' }));
  await waitFor(() => expect(stopped()).toEqual([{ id: 'ollama/smol' }]));
});

it('unloads all where there are several', async () => {
  const stopped = start([loaded('ollama/smol', 'smol'), loaded('attic/big', 'big')]);
  await userEvent.click(await screen.findByRole('button', { name: 'Unload 2 models' }));
  await waitFor(() => expect(stopped()).toEqual([{ id: 'ollama/smol' }, { id: 'attic/big' }]));
});
