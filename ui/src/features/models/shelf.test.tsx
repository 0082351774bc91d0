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
import { beforeAll, expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import type { Model } from '@/api/generated';
import { ClientContext, createQueryClient } from '@/api/query';
import { createBrowserHost } from '@/host/browser';
import { HostContext } from '@/host/host';

import { evictionWords } from './load-control';
import { gpuWords } from './memory-bar';
import { ModelsPlace } from './models-place';
import { spaceOf } from './space';
import { workGroups, workWords } from './works';

// jsdom has no layout: the virtualizer is told a height.
beforeAll(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', {
    configurable: true,
    get(this: HTMLElement) {
      return this.className.includes('overflow-y-auto') ? 640 : 0;
    },
  });
});

const model = (name: string, fields: Partial<Model> = {}): Model => ({
  id: `ollama/${name}`,
  name,
  state: { type: 'on_disk' },
  capabilities: ['chat'],
  parameters: [],
  testSize: false,
  size: 2_000_000_000,
  ...fields,
});

async function start(models: Model[], answers: Record<string, unknown> = {}) {
  const call = vi.fn((method: string, _params: unknown) =>
    Promise.resolve(
      answers[method] ??
        (
          {
            'model/list': { models, problems: [] },
            'provider/list': [{ id: 'o', slug: 'ollama', name: 'Ollama', kind: 'ollama' }],
            'system/status': { memoryTotal: 16e9, memoryAvailable: 8e9, engine: { type: 'stopped' } },
            'engine/state': { type: 'stopped' },
            'job/list': [],
            'settings/get': {},
            'model/space': { folders: [] },
          } as Record<string, unknown>
        )[method] ??
        {},
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
  const place = createRoute({
    getParentRoute: () => root,
    path: '/models',
    validateSearch: (search: Record<string, unknown>): { model?: string } =>
      typeof search.model === 'string' ? { model: search.model } : {},
    component: ModelsPlace,
  });
  const router = createRouter({
    routeTree: root.addChildren([place]),
    history: createMemoryHistory({ initialEntries: ['/models'] }),
  });
  render(
    <HostContext value={createBrowserHost()}>
      <ClientContext value={client}>
        <QueryClientProvider client={createQueryClient()}>
          <RouterProvider router={router as never} />
        </QueryClientProvider>
      </ClientContext>
    </HostContext>,
  );
  await screen.findByRole('heading', { name: 'Models' });
  return call;
}

it('makes only the rows in sight of a long list', async () => {
  await start(Array.from({ length: 500 }, (_, index) => model(`model-${index}`)));
  const table = await screen.findByRole('table', { name: 'Models' });
  expect(table.getAttribute('aria-rowcount')).toBe('501');
  expect(within(table).getAllByRole('rowheader').length).toBeLessThan(60);
});

it('ticks by keyboard and removes all that is ticked, saying what that frees', async () => {
  const call = await start([model('a'), model('b'), model('c')], { 'model/remove-many': { freed: 4e9, failed: [] } });
  (await screen.findByRole('button', { name: 'a' })).focus();
  await userEvent.keyboard(' ');
  await userEvent.keyboard('{Shift>}{ArrowDown}{/Shift}');
  await screen.findByText('2 models ticked, 4.0 GB');
  await userEvent.click(screen.getByRole('button', { name: 'Remove 2 models, free 4.0 GB' }));
  const dialog = await screen.findByRole('alertdialog');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Remove 2 models, free 4.0 GB' }));
  await waitFor(() =>
    expect(call).toHaveBeenCalledWith('model/remove-many', { ids: ['ollama/a', 'ollama/b'] }, undefined),
  );
});

it('ticks all with Ctrl+A, none with Escape, and says what wasn’t removed', async () => {
  await start([model('a'), model('b')], {
    'model/remove-many': { freed: 0, failed: [{ id: 'ollama/a', message: 'It is in use.' }] },
  });
  (await screen.findByRole('button', { name: 'a' })).focus();
  await userEvent.keyboard('{Control>}a{/Control}');
  await screen.findByText('2 models ticked, 4.0 GB');
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByText('2 models ticked, 4.0 GB')).toBeNull());
  await userEvent.keyboard('{Control>}a{/Control}{Delete}');
  const dialog = await screen.findByRole('alertdialog');
  await userEvent.click(within(dialog).getByRole('button', { name: /^Remove 2 models/ }));
  await screen.findByText(/It is in use\./);
});

it('filters by state and repairs what is damaged', async () => {
  const call = await start([model('a'), model('b', { state: { type: 'damaged', reason: 'It is cut short.' } })]);
  await userEvent.click(await screen.findByRole('button', { name: 'Damaged 1' }));
  await waitFor(() => expect(screen.getAllByRole('rowheader')).toHaveLength(1));
  await userEvent.click(screen.getByRole('button', { name: 'Repair b' }));
  expect(call).toHaveBeenCalledWith('model/repair', { id: 'ollama/b' }, undefined);
});

it('brings each newer version to the host that has the model', async () => {
  const call = await start([model('a')], {
    'model/updates': [
      { id: 'ollama/a', digest: 'x' },
      { id: 'attic/b:v1', digest: 'y' },
    ],
    'model/pull': {},
  });
  await userEvent.click(await screen.findByRole('button', { name: 'More about the models' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Look for newer versions' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Update all' }));
  await screen.findByText(/2 newer versions on the way/);
  const pulls = call.mock.calls.filter(([method]) => method === 'model/pull').map(([, params]) => params);
  expect(pulls).toEqual([
    { reference: 'a', target: 'ollama' },
    { reference: 'b:v1', target: 'attic' },
  ]);
});

it('asks where a picked file goes where Ollama could have it too', async () => {
  const pick = vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(function choose(
    this: HTMLInputElement,
  ) {
    Object.defineProperty(this, 'files', { value: [new File(['GGUF and more'], 'own.gguf')] });
    this.dispatchEvent(new Event('change'));
  });
  const call = await start([model('a')], { 'ollama/state': { type: 'ready' }, 'model/create': { id: '1' } });
  await userEvent.click(await screen.findByRole('button', { name: 'Add a file' }));
  const dialog = await screen.findByRole('dialog', { name: 'Add own.gguf' });
  pick.mockRestore();
  await userEvent.click(within(dialog).getByRole('radio', { name: 'Ollama' }));
  await userEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(call.mock.calls.some(([method]) => method === 'model/create' || method === 'model/import')).toBe(false);
});

it('names what a job does, and groups the queue', () => {
  const job = (kind: string, status: string, at = 0) =>
    ({ kind, title: 'x', state: { status }, createdAt: at, updatedAt: at }) as never;
  expect(workWords(job('model.repair', 'failed')).failed).toBe('x wasn’t repaired');
  expect(workWords(job('model.create', 'running'))).toMatchObject({ running: 'Making x', isDownload: false });
  expect(
    workGroups([job('model.pull', 'failed'), job('model.pull', 'queued'), job('model.pull', 'running')]).map(
      ({ title }) => title,
    ),
  ).toEqual(['Now', 'Next', 'Didn’t work']);
});

it('says what leaves memory, what is on the GPU, and what space can be had', () => {
  const name = (id: string) => id.toUpperCase();
  expect(evictionWords({ evicts: ['a'] }, name)).toBe('A leaves memory first.');
  expect(evictionWords({ evicts: ['a', 'b', 'c'] }, name)).toBe('A, B and C leave memory first.');
  expect([gpuWords(10, undefined), gpuWords(10, 0), gpuWords(10, 10)]).toEqual([undefined, 'On the CPU', 'On the GPU']);
  expect(gpuWords(10e9, 7e9)).toBe('70 % on the GPU, 3.0 GB in memory');
  const folder = { provider: 'a', path: '/', models: 5, unreferenced: 2, partials: 1, free: 9 };
  expect(spaceOf([folder, { ...folder, free: 4 }])).toEqual({
    models: 10,
    unreferenced: 4,
    partials: 2,
    reclaimable: 6,
    free: 4,
  });
});
