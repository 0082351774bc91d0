import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import { ClientContext, createQueryClient } from '@/api/query';

import { Downloads } from './downloads';

async function start(downloadLimit?: number) {
  const settings = {
    hubUrl: '',
    starterList: '',
    catalogueUrl: '',
    ...(downloadLimit === undefined ? {} : { downloadLimit }),
  };
  const call = vi.fn((_method: string, _params: unknown) => Promise.resolve(settings as unknown));
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
        <Downloads />
      </QueryClientProvider>
    </ClientContext>,
  );
  const field = await screen.findByRole('textbox', { name: 'Speed limit' });
  const saved = () => call.mock.calls.filter(([method]) => method === 'settings/update').map(([, params]) => params);
  return { field, saved };
}

it('keeps a limit for downloads', async () => {
  const { field, saved } = await start();
  await userEvent.type(field, '500{Enter}');
  await waitFor(() => expect(saved()).toEqual([{ downloadLimit: 500 }]));
});

it('takes the limit away where the field is emptied', async () => {
  const { field, saved } = await start(500);
  expect(field).toHaveProperty('value', '500');
  await userEvent.clear(field);
  await userEvent.tab();
  await waitFor(() => expect(saved()).toEqual([{ downloadLimit: null }]));
});

it('says which limits there are instead of keeping another one', async () => {
  const { field, saved } = await start();
  await userEvent.type(field, '5{Enter}');
  await screen.findByText(/32 to 10,000,000 kB a second/);
  expect(saved()).toEqual([]);
});
