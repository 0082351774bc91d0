import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import { ClientContext, createQueryClient } from '@/api/query';

import { CatalogueTab } from './catalogue-tab';

function start(catalogueUrl: string, newest: string) {
  const answers: Record<string, unknown> = {
    'model/catalogue': { dated: '2026-11-20', entries: [] },
    'model/catalogue-refresh': { dated: newest, entries: [] },
    'settings/get': { catalogueUrl },
    'model/starters': [],
    'job/list': [],
    'ollama/state': { type: 'ready' },
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
        <CatalogueTab />
      </QueryClientProvider>
    </ClientContext>,
  );
  return call;
}

it('fetches a newer list where an address is set, and shows its date', async () => {
  start('https://models.example/list.json', '2026-12-24');
  await screen.findByText(/as of 20 Nov 2026/);
  await userEvent.click(await screen.findByRole('button', { name: 'Fetch a newer list' }));
  await screen.findByText(/as of 24 Dec 2026/);
  screen.getByText('A newer list is here.');
});

it('says where there is none that is newer', async () => {
  start('https://models.example/list.json', '2026-11-20');
  await userEvent.click(await screen.findByRole('button', { name: 'Fetch a newer list' }));
  await screen.findByText('There is no newer list.');
});

it('offers nothing where no address is set', async () => {
  const call = start('', '2026-11-20');
  await waitFor(() => expect(call.mock.calls.some(([method]) => method === 'settings/get')).toBe(true));
  await screen.findByText(/as of 20 Nov 2026/);
  expect(screen.queryByRole('button', { name: 'Fetch a newer list' })).toBeNull();
});
