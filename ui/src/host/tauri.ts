/**
 * The desktop window. Beside the transport's commands the shell has `open_external { url }`, `pick_model_file`, which shows the
 * system's dialog, `pick_folder` and `pick_path` likewise, and `window_ready`; it tells `file-hover`, `file-dropped`,
 * `file-refused`, `menu` and `go`. Files come as handles: the page never
 * sees a path.
 */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';

import type { Shortcut } from '@/lib/shortcut';
import { browserStorage } from '@/lib/storage';

import { onFileDrop } from './drop';
import { isOpenable, windowTitle, type Host, type PickedFolder } from './host';

interface Picked {
  handle: string;
  name: string;
  size: number;
}

export function createTauriHost(): Host {
  showThemeOnFrame();
  return {
    kind: 'desktop',
    async openExternal(url) {
      if (isOpenable(url)) await invoke('open_external', { url });
    },
    async pickModelFile() {
      const picked = await invoke<Picked | null>('pick_model_file');
      return picked && { type: 'handle', ...picked };
    },
    pickFolder: () => invoke<PickedFolder | null>('pick_folder'),
    pickPath: (what) => invoke<PickedFolder | null>('pick_path', { folder: what === 'folder' }),
    onFileDrop(onDrop, onHover, onRefused) {
      const stops = [
        heard<Picked[]>('file-dropped', (files) => onDrop(files.map((file) => ({ type: 'handle', ...file })))),
        heard<string[]>('file-refused', (sentences) => onRefused?.(sentences)),
        heard<boolean>('file-hover', (over) => onHover?.(over)),
        // What the web view would do by itself with a dropped file: go there.
        onFileDrop(() => undefined),
      ];
      return () => stops.forEach((stop) => stop());
    },
    onMenu: (onChosen) => heard<Shortcut>('menu', onChosen),
    onGo: (onAsked) => heard<string>('go', onAsked),
    painted() {
      invoke('window_ready').catch(() => undefined);
    },
    setTitle(title) {
      document.title = windowTitle(title);
      // The frame's title is a courtesy; a shell that doesn't allow it keeps its own.
      getCurrentWindow()
        .setTitle(windowTitle(title))
        .catch(() => undefined);
    },
    // Read before the first paint, so not through a round trip to the shell.
    storage: browserStorage,
  };
}

function heard<T>(event: string, onPayload: (payload: T) => void): () => void {
  let stopped = false;
  const listening = listen<T>(event, ({ payload }) => {
    if (!stopped) onPayload(payload);
  });
  listening.catch((thrown: unknown) => console.error(`the shell's "${event}" can't be heard`, thrown));
  return () => {
    stopped = true;
    void listening.then((stop) => stop()).catch(() => undefined);
  };
}

/** The frame and the menu are drawn by the system, in the theme that the page has. */
function showThemeOnFrame(): void {
  const root = document.documentElement;
  const show = () => {
    const { theme } = root.dataset;
    void getCurrentWindow()
      .setTheme(theme === 'light' || theme === 'dark' ? theme : null)
      .catch(() => undefined);
  };
  new MutationObserver(show).observe(root, { attributeFilter: ['data-theme'] });
}
