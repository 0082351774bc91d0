/** Model files on their way in. They go on while the person looks at another place, so they live outside of components. */
import { useCallback } from 'react';

import type { Client } from '@/api/client';
import { ApiError, isAbort, toApiError } from '@/api/error';
import type { Model } from '@/api/generated';
import { useClient } from '@/api/query';
import { showToast } from '@/components/toast';
import type { PickedModelFile } from '@/host/host';
import { formatBytes } from '@/lib/format';
import { createStore, useStore } from '@/lib/store';

export interface ModelImport {
  id: number;
  name: string;
  /** Bytes. */
  size: number;
  file: PickedModelFile;
  /** Sending is the browser's upload; reading is Web+ checking and copying the file. */
  step: 'sending' | 'reading' | 'failed';
  /** 0 to 1, of the sending. */
  fraction: number;
  error?: ApiError;
  stop: () => void;
}

const imports = createStore<readonly ModelImport[]>([]);
let count = 0;

export const useImports = (): readonly ModelImport[] => useStore(imports);

export function dismissImport(id: number): void {
  imports.set(imports.get().filter((entry) => entry.id !== id));
}

function change(id: number, fields: Partial<ModelImport>): void {
  imports.set(imports.get().map((entry) => (entry.id === id ? { ...entry, ...fields } : entry)));
}

export async function importFile(client: Client, file: PickedModelFile): Promise<Model | null> {
  const id = (count += 1);
  const stop = new AbortController();
  const [name, size] = file.type === 'file' ? [file.file.name, file.file.size] : [file.name, file.size];
  const step = file.type === 'file' ? 'sending' : 'reading';
  imports.set([...imports.get(), { id, name, size, file, step, fraction: 0, stop: () => stop.abort() }]);
  try {
    const handle = file.type === 'file' ? await send(client, file.file, id, stop.signal) : file.handle;
    change(id, { step: 'reading' });
    const model = await client.call('model/import', { handle });
    dismissImport(id);
    showToast({
      title: `Added ${model.name}${model.size === undefined ? '' : ` (${formatBytes(model.size)})`}`,
      tone: 'success',
    });
    return model;
  } catch (thrown) {
    if (isAbort(thrown)) dismissImport(id);
    else change(id, { step: 'failed', error: toApiError(thrown) });
    return null;
  }
}

async function send(client: Client, file: File, id: number, signal: AbortSignal): Promise<string> {
  // Said before gigabytes are sent.
  if ((await file.slice(0, 4).text()) !== 'GGUF') {
    throw new ApiError({
      code: 'invalid_input',
      message: `${file.name} is not a GGUF file. Download the model in the GGUF format and add that file.`,
    });
  }
  return client.upload(file, { signal, onProgress: (fraction) => change(id, { fraction }) });
}

/** One after the other: two at once would only share the disk. */
export function useAddFiles(): (files: readonly PickedModelFile[]) => void {
  const client = useClient();
  return useCallback(
    (files) => {
      void (async () => {
        for (const file of files) await importFile(client, file);
      })();
    },
    [client],
  );
}
