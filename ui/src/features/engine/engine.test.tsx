import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import { ApiError } from '@/api/error';
import { ClientContext, createQueryClient } from '@/api/query';
import { createBrowserHost } from '@/host/browser';
import { HostContext } from '@/host/host';

import { Doctor, inOrder } from './doctor';
import { linesWith } from './log-dialog';
import { OllamaPanel } from './ollama-panel';

const settings = {
  mode: 'auto',
  program: null,
  address: null,
  port: null,
  cloud: false,
  modelsFolder: null,
  keepAliveSeconds: 300,
  parallel: 1,
  maxLoaded: 0,
  contextLength: 0,
  promptCacheMib: 512,
  kvCache: 'f16',
  flashAttention: null,
  advanced: {},
};
const ready = {
  type: 'ready',
  ownership: 'owned',
  address: 'http://127.0.0.1:40713',
  version: '0.33.0',
  pid: 4711,
  folder: { path: '/models', readable: false, writable: false, owner: 'ollama' },
  devices: [],
  notices: [{ code: 'outdated', message: 'Version 0.16.2 has a known hole.' }],
};

const variables = [{ name: 'OLLAMA_DEBUG', meaning: 'How much it writes into its log.', takes: '0 or 1 or 2' }];

function show(element: ReactNode, answers: Record<string, unknown>) {
  const call = vi.fn((method: string, _params: unknown) => {
    const answer =
      answers[method] ??
      { 'job/list': [], 'model/space': { folders: [] }, 'ollama/variables': variables }[method] ??
      {};
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const client = createClient({
    call,
    subscribe: (_onEnvelope, onState) => {
      onState({ type: 'open' });
      return () => undefined;
    },
  });
  render(
    <HostContext value={createBrowserHost()}>
      <ClientContext value={client}>
        <QueryClientProvider client={createQueryClient()}>{element}</QueryClientProvider>
      </ClientContext>
    </HostContext>,
  );
  return call;
}

it('shows an Ollama of our own with its facts, and restarts it', async () => {
  const call = show(<OllamaPanel />, { 'ollama/state': ready, 'ollama/settings': settings });
  const panel = await screen.findByRole('region', { name: 'Ollama’s state' });
  within(panel).getByText('Started by Web+');
  within(panel).getByText('Version 0.16.2 has a known hole.');
  within(panel).getByText(/Belongs to the user ollama/);
  await userEvent.click(within(panel).getByRole('button', { name: 'Restart' }));
  expect(call).toHaveBeenCalledWith('ollama/restart', {}, undefined);
});

it('says in place why a verb was refused', async () => {
  show(<OllamaPanel />, {
    'ollama/state': { type: 'installed', program: '/usr/bin/ollama', version: null, service: false },
    'ollama/settings': settings,
    'ollama/start': new ApiError({ code: 'engine_failed', message: 'The folder can’t be written.' }),
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Start Ollama' }));
  await screen.findByText('The folder can’t be written.');
});

it('saves settings, refuses what can’t be, and offers the restart', async () => {
  const call = show(<OllamaPanel />, {
    'ollama/state': ready,
    'ollama/settings': settings,
    'ollama/configure': { settings: { ...settings, parallel: 4 }, restart: true },
  });
  await userEvent.click(await screen.findByRole('button', { name: /^Memory and speed/ }));
  const field = screen.getByRole('textbox', { name: 'Answers at once' });
  await userEvent.clear(field);
  await userEvent.type(field, '900');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('Give 1 to 64.');
  expect(call).not.toHaveBeenCalledWith('ollama/configure', expect.anything(), undefined);
  await userEvent.clear(field);
  await userEvent.type(field, '4');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(call).toHaveBeenCalledWith('ollama/configure', { ...settings, parallel: 4 }, undefined));
  await screen.findByText(/until it is restarted/);
});

it('sets a variable that few need, and leaves out what is emptied', async () => {
  const call = show(<OllamaPanel />, {
    'ollama/state': ready,
    'ollama/settings': settings,
    'ollama/configure': { settings: { ...settings, advanced: { OLLAMA_DEBUG: '2' } }, restart: true },
  });
  await userEvent.click(await screen.findByRole('button', { name: /^Advanced/ }));
  const field = await screen.findByRole('textbox', { name: 'OLLAMA_DEBUG' });
  screen.getByText(/Takes 0 or 1 or 2\./);
  await userEvent.type(field, '2');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  const saved = { ...settings, advanced: { OLLAMA_DEBUG: '2' } };
  await waitFor(() => expect(call).toHaveBeenCalledWith('ollama/configure', saved, undefined));
});

it('shows what doesn’t work first, and mends it with its own method', async () => {
  const checks = [
    { id: 'a', title: 'Database', status: 'ok', message: 'Fine.' },
    {
      id: 'b',
      title: 'Port',
      status: 'fail',
      message: 'It is held.',
      fix: { label: 'Choose another', method: 'ollama/restart', params: { port: 1 } },
    },
  ];
  const call = show(<Doctor />, {
    'system/doctor': { checks },
    'system/hardware': new ApiError({ code: 'x', message: '' }),
  });
  const [first] = await screen.findAllByRole('listitem');
  expect(first?.textContent).toContain('Port');
  await userEvent.click(screen.getByRole('button', { name: 'Choose another' }));
  expect(call).toHaveBeenCalledWith('ollama/restart', { port: 1 }, undefined);
  await waitFor(() => expect(call.mock.calls.filter(([method]) => method === 'system/doctor')).toHaveLength(2));
});

it('orders checks by how bad they are, and finds lines of the log', () => {
  const check = (id: string, status: 'ok' | 'warn' | 'fail') => ({ id, title: id, status, message: '' });
  expect(
    inOrder([check('a', 'ok'), check('b', 'warn'), check('c', 'fail'), check('d', 'ok')])
      .map(({ id }) => id)
      .join(''),
  ).toBe('cbad');
  expect(linesWith(['one', 'TWO', 'three'], ' two ')).toEqual(['TWO']);
  expect(linesWith(['one'], '')).toEqual(['one']);
});
