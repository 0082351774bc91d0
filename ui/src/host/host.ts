/** What only the place where the page runs can do. The page knows this interface; browser.ts and tauri.ts implement it. */
import { createContext, useContext } from 'react';

import type { Shortcut } from '@/lib/shortcut';
import type { WindowStorage } from '@/lib/storage';

/** A chosen or dropped file: in the desktop a handle to where it lies (nothing is read into the page), in a browser the file itself. */
export type PickedModelFile =
  { type: 'handle'; handle: string; name: string; size: number } | { type: 'file'; file: File };

/** A folder, or a file for a run, that was chosen: a handle to where it lies. */
export interface PickedFolder {
  handle: string;
  name: string;
}

export interface Host {
  readonly kind: 'desktop' | 'browser';
  /** http, https and mailto only; anything else is refused. */
  openExternal(url: string): Promise<void>;
  /** Null where the person changed their mind. */
  pickModelFile(): Promise<PickedModelFile | null>;
  /** Null where the person changed their mind, and in a browser, which knows no folders. */
  pickFolder(): Promise<PickedFolder | null>;
  /** What a run is to be given. Null where the person changed their mind, and in a browser. */
  pickPath(what: 'file' | 'folder'): Promise<PickedFolder | null>;
  /**
   * Files dropped on the window, of folders the models in them. `onHover` tells when some are held over it, `onRefused` in sentences
   * what wasn't taken.
   */
  onFileDrop(
    onDrop: (files: PickedModelFile[]) => void,
    onHover?: (over: boolean) => void,
    onRefused?: (sentences: string[]) => void,
  ): () => void;
  /** What was chosen in the window's own menu, as the shortcut of the page's action; a browser has none. */
  onMenu(onChosen: (shortcut: Shortcut) => void): () => void;
  /** A place that the desktop asks to be shown, as a path of the page: the run of a notification that was clicked. */
  onGo(onAsked: (path: string) => void): () => void;
  /** Tells the window that something has been painted. */
  painted(): void;
  /** What the person is looking at: "Trip to Lisbon"; the name of the application is added. */
  setTitle(title: string | null): void;
  /** The window's own things: theme, panel widths. */
  readonly storage: WindowStorage;
}

export const HostContext = createContext<Host | null>(null);

export function useHost(): Host {
  const host = useContext(HostContext);
  if (!host) throw new Error('useHost outside of HostContext');
  return host;
}

export function isOpenable(url: string): boolean {
  try {
    return ['http:', 'https:', 'mailto:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

export function windowTitle(title: string | null): string {
  return title === null || title === '' ? 'Web+' : `${title} – Web+`;
}
