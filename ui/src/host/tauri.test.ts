import { beforeEach, expect, it, vi } from 'vitest';

import { createTauriHost } from './tauri';

const shell = vi.hoisted(() => ({
  invoke: vi.fn(async (_command: string): Promise<unknown> => null),
  listeners: new Map<string, (event: { payload: unknown }) => void>(),
}));
vi.mock('@tauri-apps/api/core', () => ({ invoke: shell.invoke }));
vi.mock('@tauri-apps/api/window', () => ({ getCurrentWindow: () => ({ setTitle: async () => undefined }) }));
vi.mock('@tauri-apps/api/event', () => ({
  listen: async (event: string, listener: (event: { payload: unknown }) => void) => {
    shell.listeners.set(event, listener);
    return () => shell.listeners.delete(event);
  },
}));

beforeEach(() => shell.invoke.mockClear());

it('hands on dropped files as handles, and hears no more after it was stopped', async () => {
  const [dropped, over, refused] = [vi.fn(), vi.fn(), vi.fn()];
  const stop = createTauriHost().onFileDrop(dropped, over, refused);
  shell.listeners.get('file-refused')?.({ payload: ['There is no model in the folder x.'] });
  expect(refused).toHaveBeenCalledWith(['There is no model in the folder x.']);
  shell.listeners.get('file-hover')?.({ payload: true });
  shell.listeners.get('file-dropped')?.({ payload: [{ handle: 'h', name: 'a.gguf', size: 5 }] });
  expect(over).toHaveBeenCalledWith(true);
  expect(dropped).toHaveBeenCalledWith([{ type: 'handle', handle: 'h', name: 'a.gguf', size: 5 }]);
  stop();
  await vi.waitFor(() => expect(shell.listeners.has('file-dropped')).toBe(false));
});

it('takes what was chosen in the menu as the keys of the page', () => {
  const chosen = vi.fn();
  createTauriHost().onMenu(chosen);
  shell.listeners.get('menu')?.({ payload: 'Mod+N' });
  expect(chosen).toHaveBeenCalledWith('Mod+N');
});

it('gives the shell no address but web and mail', async () => {
  const host = createTauriHost();
  await host.openExternal('file:///etc/passwd');
  await host.openExternal('javascript:alert(1)');
  expect(shell.invoke).not.toHaveBeenCalled();
  await host.openExternal('https://example.org');
  expect(shell.invoke).toHaveBeenCalledWith('open_external', { url: 'https://example.org' });
});
