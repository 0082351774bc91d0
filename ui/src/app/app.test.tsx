import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import { ApiError } from '@/api/error';
import { createQueryClient } from '@/api/query';
import type { ConnectionState, Transport } from '@/api/transport';
import { createBrowserHost } from '@/host/browser';
import type { Host } from '@/host/host';
import { registerActions, registerActionSource } from '@/lib/actions';

import { App } from './app';
import { LastResort } from './failures';
import { Providers } from './providers';

beforeEach(() => history.replaceState(null, '', '/'));

/** A Web+ with one model and nothing said yet. */
const answers: Record<string, unknown> = {
  'model/list': {
    models: [
      {
        id: 'embedded/qwen',
        name: 'Qwen',
        state: { type: 'on_disk' },
        capabilities: ['chat'],
        parameters: [],
        testSize: false,
      },
    ],
    problems: [],
  },
  'system/status': {
    version: '1',
    engine: { type: 'stopped' },
    memoryTotal: 8,
    memoryAvailable: 4,
    readOnly: true,
  },
  'call/sum': { costNanoUsd: 0, unpriced: 2 },
  'engine/state': { type: 'stopped' },
  'provider/list': [],
  'provider/vendors': [],
  'job/list': [],
  'preset/list': [],
  'settings/get': { closeToTray: false, hubUrl: '', starterList: '', catalogueUrl: '', firstTokenTimeout: 300 },
};

async function start(
  call: Transport['call'] = async (method) => answers[method] ?? { items: [] },
  wait = true,
  host: Host = createBrowserHost(),
) {
  let turn: (state: ConnectionState) => void = () => undefined;
  const transport: Transport = {
    call,
    subscribe(_onEnvelope, onState) {
      turn = onState;
      onState({ type: 'open' });
      return () => undefined;
    },
  };
  const token = { get: () => null, set: vi.fn(), subscribe: () => () => undefined };
  render(
    <Providers host={host} client={createClient(transport)} queries={createQueryClient()}>
      <App token={token} />
    </Providers>,
  );
  if (wait) await screen.findByRole('navigation', { name: 'Places' });
  return { token, turn: (state: ConnectionState) => act(() => turn(state)) };
}

it('opens on Chat and goes to a place by its shortcut', async () => {
  await start();
  await waitFor(() => expect(location.pathname).toBe('/chat'));
  await userEvent.keyboard('{Control>},{/Control}');
  await screen.findByRole('heading', { name: 'Settings' });
  expect(screen.getByRole('link', { name: 'Settings' }).getAttribute('aria-current')).toBe('page');
});

it('begins a chat and searches from every place', async () => {
  await start();
  await userEvent.keyboard('{Control>},{/Control}');
  await screen.findByRole('heading', { name: 'Settings' });
  await userEvent.keyboard('{Control>}{Shift>}F{/Shift}{/Control}');
  await screen.findByRole('combobox', { name: 'Find anything' });
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('combobox')).toBeNull());
  await userEvent.keyboard('{Control>}n{/Control}');
  await waitFor(() => expect(location.pathname).toBe('/chat'));
});

it('finds by Mod+F at every place of the desktop window, and leaves it to a browser', async () => {
  await start();
  await userEvent.keyboard('{Control>},{/Control}');
  await screen.findByRole('heading', { name: 'Settings' });
  await userEvent.keyboard('{Control>}f{/Control}');
  expect(screen.queryByRole('combobox')).toBeNull();
  cleanup();
  await start(undefined, true, { ...createBrowserHost(), kind: 'desktop' });
  await userEvent.keyboard('{Control>},{/Control}');
  await screen.findByRole('heading', { name: 'Settings' });
  await userEvent.keyboard('{Control>}f{/Control}');
  await screen.findByRole('combobox', { name: 'Find anything' });
});

it('finds and runs an action from the palette by keyboard alone', async () => {
  const run = vi.fn();
  const stop = registerActions([{ id: 'test.long', title: 'Benchmark this model', section: 'Models', run }]);
  await start();
  await userEvent.keyboard('{Control>}k{/Control}');
  const box = await screen.findByRole('combobox', { name: 'Find anything' });
  await waitFor(() => expect(document.activeElement).toBe(box));
  await userEvent.keyboard('bench');
  expect(screen.getAllByRole('option')).toHaveLength(1);
  expect(box.getAttribute('aria-activedescendant')).toBe(screen.getByRole('option').id);
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(run).toHaveBeenCalledOnce());
  await waitFor(() => expect(screen.queryByRole('combobox')).toBeNull());
  stop();
});

it('lists what a source answers, and stands where a source fails', async () => {
  const stops = [
    registerActionSource({ id: 'broken', search: () => Promise.reject(new Error('no')) }),
    registerActionSource({
      id: 'conversations',
      search: async (text) => [{ id: 'c1', title: `Trip to ${text}`, section: 'Conversations', run: () => undefined }],
    }),
  ];
  await start();
  await userEvent.keyboard('{Control>}k{/Control}');
  await screen.findByRole('combobox');
  await userEvent.keyboard('lisbon');
  await screen.findByRole('option', { name: 'Trip to lisbon' });
  for (const stop of stops) stop();
});

it('shows every shortcut in one dialog', async () => {
  await start();
  await userEvent.keyboard('{Control>}/{/Control}');
  const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  expect(within(dialog).getByText('Find anything')).toBeTruthy();
  expect(within(dialog).getByText('Go to Settings')).toBeTruthy();
});

it('tells how to get in again where the token is missing, and takes a pasted address', async () => {
  const { turn, token } = await start();
  turn({ type: 'unauthorized' });
  const address = await screen.findByRole('textbox', { name: 'Address' });
  await userEvent.type(address, 'http://127.0.0.1:4321/{Enter}');
  expect(screen.getByRole('alert').textContent).toContain('#token=');
  await userEvent.type(address, '#token=abc{Enter}');
  expect(token.set).toHaveBeenCalledWith('abc');
});

it('says in the status bar that the line is broken', async () => {
  const { turn } = await start();
  turn({ type: 'retrying', attempt: 2 });
  expect(within(screen.getByRole('contentinfo', { name: 'Status' })).getByRole('status').textContent).toContain(
    'trying again',
  );
});

it('says what has no known price, and that nothing can be saved', async () => {
  await start();
  const bar = screen.getByRole('contentinfo', { name: 'Status' });
  await waitFor(() => expect(bar.textContent).toContain('cost unknown'));
  expect(screen.getByText('Nothing can be saved.')).toBeTruthy();
});

it('offers a model’s verbs in the palette', async () => {
  await start();
  await userEvent.keyboard('{Control>}k{/Control}');
  await screen.findByRole('combobox');
  await userEvent.keyboard('load qwen');
  await screen.findByRole('option', { name: 'Load Qwen' });
});

it('is never a blank page', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  function Broken(): never {
    throw new Error('a fault of ours');
  }
  render(
    <LastResort>
      <Broken />
    </LastResort>,
  );
  expect(screen.getByRole('alert').textContent).toContain('a fault of ours');
  expect(screen.getByRole('button', { name: 'Load the page again' })).toBeTruthy();
});

it('says once why nothing can be opened, and goes on when it can', async () => {
  let refused = true;
  await start(async (method) => {
    if (refused) throw new ApiError({ code: 'database_newer', message: 'A newer Web+ wrote it. Update Web+.' });
    return answers[method] ?? { items: [] };
  }, false);
  await screen.findByRole('heading', { name: 'Your data can’t be opened' });
  expect(screen.getAllByText(/Update Web\+/)).toHaveLength(1);
  refused = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByRole('navigation', { name: 'Places' });
});
