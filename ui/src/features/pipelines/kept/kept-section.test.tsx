import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import { ApiError } from '@/api/error';
import type { RunsKept, RunsKeptParams } from '@/api/generated';
import { ClientContext, createQueryClient } from '@/api/query';

import { KeptSection } from './kept-section';

const kept = (more: Partial<RunsKept> = {}): RunsKept => ({
  pipelineId: 'factory',
  name: 'Factory',
  retention: { runs: 1000, days: 90, failedDays: 180 },
  runs: 40,
  failed: 2,
  bytes: 4_000_000,
  expired: 0,
  frees: 0,
  known: true,
  ...more,
});

async function start(answer: (params: RunsKeptParams) => RunsKept[], waits = false) {
  const call = vi.fn((method: string, params: unknown): Promise<unknown> =>
    Promise.resolve().then(() =>
      method === 'run/kept' ? { waits, pipelines: answer(params as RunsKeptParams) } : { removed: 3 },
    ),
  );
  const client = createClient({
    call,
    subscribe: (_onEnvelope, onState) => {
      onState({ type: 'open' });
      return () => undefined;
    },
  });
  const root = createRootRoute();
  const place = createRoute({ getParentRoute: () => root, path: '/', component: KeptSection });
  const pipeline = createRoute({ getParentRoute: () => root, path: '/pipelines/$pipelineId' });
  const router = createRouter({
    routeTree: root.addChildren([place, pipeline]),
    history: createMemoryHistory({ initialEntries: ['/'] }),
  });
  render(
    <ClientContext value={client}>
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </ClientContext>,
  );
  await screen.findAllByText(/./);
  return call;
}

it('adds up what the runs take, and removes what is too old when that is confirmed', async () => {
  const call = await start(() => [
    kept({ expired: 3, frees: 300_000 }),
    kept({ pipelineId: 'b', name: 'B', runs: 2, failed: 0, bytes: 1_000_000 }),
  ]);
  await screen.findByText(/42 runs that are over take 5.0 MB/);
  await userEvent.click(screen.getByRole('button', { name: 'Remove 3 runs, free 300 kB' }));
  expect(call).not.toHaveBeenCalledWith('run/tidy', {}, undefined);
  const dialog = await screen.findByRole('alertdialog', { name: 'Remove 3 old runs now?' });
  await userEvent.click(within(dialog).getByRole('button', { name: 'Remove 3 runs, free 300 kB' }));
  await waitFor(() => expect(call).toHaveBeenCalledWith('run/tidy', {}, undefined));
});

it('says what goes by another rule before it is saved', async () => {
  const call = await start(({ retention }) =>
    retention?.runs === 10 ? [kept({ expired: 30, frees: 3_000_000 })] : [kept()],
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Change how long runs of Factory are kept' }));
  const runs = screen.getByRole('textbox', { name: 'Runs' });
  await userEvent.clear(runs);
  await screen.findByText('A whole number from 1 to 4,294,967,295.');
  await userEvent.type(runs, '10');
  await screen.findByText('With this, 30 runs go at once, for good.');
  await userEvent.click(screen.getByRole('button', { name: 'Remove 30 runs, free 3.0 MB' }));
  await waitFor(() =>
    expect(call).toHaveBeenCalledWith(
      'pipeline/retention',
      { id: 'factory', retention: { runs: 10, days: 90, failedDays: 180 } },
      undefined,
    ),
  );
});

it('says that nothing can be said, or that there is nothing yet', async () => {
  await start(() => {
    throw new ApiError({ code: 'internal', message: 'The disk doesn’t answer.' });
  });
  await screen.findByText(/The disk doesn’t answer/);
  await start(() => []);
  await screen.findByText('No pipeline yet');
});

it('waits with what is too old after a jump of the clock, and goes on when somebody says so', async () => {
  const call = await start(() => [kept({ expired: 3, frees: 300_000 })], true);
  await screen.findByText(/clock jumped by more than a day/);
  expect(screen.queryByRole('button', { name: 'Remove 3 runs, free 300 kB' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'The clock is right' }));
  const dialog = await screen.findByRole('alertdialog', { name: 'Remove 3 old runs now?' });
  await userEvent.click(within(dialog).getByRole('button', { name: 'Remove 3 runs, free 300 kB' }));
  await waitFor(() => expect(call).toHaveBeenCalledWith('run/tidy', {}, undefined));
});

it('lists what isn’t in the library any more, whose rule can’t be changed', async () => {
  await start(() => [kept({ known: false, name: 'From a file' })]);
  await screen.findByText('From a file');
  expect(screen.queryByRole('button', { name: /^Change how long/ })).toBeNull();
});
