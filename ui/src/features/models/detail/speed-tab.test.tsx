import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { createClient } from '@/api/client';
import type { Job, Model } from '@/api/generated';
import { ClientContext, createQueryClient } from '@/api/query';

import { SpeedTab } from './speed-tab';

const model: Model = {
  id: 'ollama/smol:latest',
  name: 'smol',
  state: { type: 'on_disk' },
  capabilities: ['chat'],
  parameters: [],
  testSize: false,
};

const measuring = (of: string): Job => ({
  id: '1',
  kind: 'model.benchmark',
  title: 'smol',
  payload: { model: of },
  state: { status: 'running', completed: 1, total: 3 },
  createdAt: 0,
  updatedAt: 0,
});

function start(jobs: Job[]) {
  const answers: Record<string, unknown> = { 'model/speed': [], 'job/list': jobs };
  const client = createClient({
    call: (method) => Promise.resolve(answers[method]),
    subscribe: (_onEnvelope, onState) => {
      onState({ type: 'open' });
      return () => undefined;
    },
  });
  render(
    <ClientContext value={client}>
      <QueryClientProvider client={createQueryClient()}>
        <SpeedTab model={model} />
      </QueryClientProvider>
    </ClientContext>,
  );
}

it('shows a measurement of this model that runs, in place of the button', async () => {
  start([measuring(model.id)]);
  await screen.findByText('Measuring smol');
  expect(screen.queryByRole('button', { name: 'Measure its speed' })).toBeNull();
});

it('offers to measure while another one is measured', async () => {
  start([measuring('ollama/other:latest')]);
  await screen.findByRole('button', { name: 'Measure its speed' });
  expect(screen.queryByText('Measuring smol')).toBeNull();
});
