/** Model files on their way in. They go on while the person looks at another place, so they live outside of components. */
import { useCallback } from 'react';

import type { Client } from '@/api/client';
import { ApiError, isAbort, toApiError } from '@/api/error';
import { useCall, useClient } from '@/api/query';
import { showToast } from '@/components/toast';
import type { PickedModelFile } from '@/host/host';
import { formatBytes } from '@/lib/format';
import { createStore, useStore } from '@/lib/store';

import { builtIn } from './facts';
import { useTargets } from './targets';

export interface ModelImport {
  id: number;
  name: string;
  /** Bytes. */
  size: number;
  file: PickedModelFile;
  target: string;
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

/** Brings a file to an engine; says what it is called there, nothing where it wasn’t taken. */
export async function importFile(
  client: Client,
  file: PickedModelFile,
  target: string = builtIn,
): Promise<string | null> {
  const id = (count += 1);
  const stop = new AbortController();
  const [name, size] = file.type === 'file' ? [file.file.name, file.file.size] : [file.name, file.size];
  const step = file.type === 'file' ? 'sending' : 'reading';
  imports.set([...imports.get(), { id, name, size, file, target, step, fraction: 0, stop: () => stop.abort() }]);
  try {
    const handle = file.type === 'file' ? await send(client, file.file, id, stop.signal) : file.handle;
    change(id, { step: 'reading' });
    if (target !== builtIn) {
      // From here on it stands among the works, as everything that Ollama makes.
      const made = tagOf(name.replace(/\.gguf$/i, ''));
      await client.call('model/create', { name: made, handle, provider: target, parameters: {} });
      dismissImport(id);
      return made;
    }
    const model = await client.call('model/import', { handle });
    dismissImport(id);
    showToast({
      title: `Added ${model.name}${model.size === undefined ? '' : ` (${formatBytes(model.size)})`}`,
      tone: 'success',
    });
    return model.id;
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

const asked = createStore<readonly PickedModelFile[]>([]);

/** Files for which the person is asked where they go. */
export const useAsked = (): readonly PickedModelFile[] => useStore(asked);

export const dropAsked = (): void => asked.set([]);

/** One after the other: two at once would only share the disk. */
export function useBringFiles(): (files: readonly PickedModelFile[], target: string) => void {
  const client = useClient();
  return useCallback(
    (files, target) => {
      void (async () => {
        for (const file of files) await importFile(client, file, target);
      })();
    },
    [client],
  );
}

/** Takes files that were picked or dropped: asks where they go where an Ollama could have them too. */
export function useAddFiles(): (files: readonly PickedModelFile[]) => void {
  const bring = useBringFiles();
  const isReady = useCall('ollama/state', {}).data?.type === 'ready';
  const hasFurther = useTargets().some(({ kind, value }) => kind === 'ollama' && value !== 'ollama');
  const hasChoice = isReady || hasFurther;
  return useCallback(
    (files) => {
      if (hasChoice) asked.set([...asked.get(), ...files]);
      else bring(files, builtIn);
    },
    [bring, hasChoice],
  );
}

/** A name that Ollama takes: "Qwen 3 (4B)" becomes "qwen-3-4b". */
export function tagOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9_]+|[^a-z0-9_]+$/g, '');
  return plain === '' ? 'model' : plain.slice(0, 80);
}
