import { browserStorage } from '@/lib/storage';

import { onFileDrop } from './drop';
import { isOpenable, windowTitle, type Host, type PickedModelFile } from './host';

export function createBrowserHost(): Host {
  return {
    kind: 'browser',
    openExternal(url) {
      if (isOpenable(url)) window.open(url, '_blank', 'noopener,noreferrer');
      return Promise.resolve();
    },
    pickModelFile,
    pickFolder: () => Promise.resolve(null),
    pickPath: () => Promise.resolve(null),
    onFileDrop: (onDrop, onHover, onRefused) =>
      onFileDrop((files) => onDrop(files.map((file) => ({ type: 'file', file }))), onHover, onRefused),
    onMenu: () => () => undefined,
    onGo: () => () => undefined,
    painted: () => undefined,
    setTitle(title) {
      document.title = windowTitle(title);
    },
    storage: browserStorage,
  };
}

function pickModelFile(): Promise<PickedModelFile | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.gguf';
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      resolve(file ? { type: 'file', file } : null);
    });
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}
