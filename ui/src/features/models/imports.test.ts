import { renderHook } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import type { Client } from '@/api/client';
import { ApiError } from '@/api/error';

import { dismissImport, importFile, useImports } from './imports';

// jsdom's files can't be read this way; every browser's can.
Blob.prototype.text ??= function text(this: Blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.readAsText(this);
  });
};

const shown = () => renderHook(() => useImports()).result.current;
const gguf = (name = 'a.gguf') => ({ type: 'file', file: new File(['GGUF and more'], name) }) as const;

function client(call: () => Promise<unknown>, upload: () => Promise<string> = async () => 'handle') {
  const calls = { call: vi.fn(call), upload: vi.fn(upload) };
  return { ...calls, client: calls as unknown as Client };
}

it('uploads a file, imports it by its handle and leaves nothing behind', async () => {
  const fake = client(async () => ({ id: 'embedded/a', name: 'A', size: 13 }));
  const work = importFile(fake.client, gguf());
  expect(shown()).toMatchObject([{ name: 'a.gguf', size: 13, step: 'sending' }]);
  await expect(work).resolves.toBe('embedded/a');
  expect(fake.call).toHaveBeenCalledWith('model/import', { handle: 'handle' });
  expect(shown()).toEqual([]);
});

it('takes a handle of the shell as it is', async () => {
  const fake = client(async () => ({ id: 'embedded/a', name: 'A' }));
  await importFile(fake.client, { type: 'handle', handle: 'h', name: 'a.gguf', size: 5 });
  expect(fake.upload).not.toHaveBeenCalled();
  expect(fake.call).toHaveBeenCalledWith('model/import', { handle: 'h' });
});

it('has a file made into a model of Ollama where that was chosen', async () => {
  const fake = client(async () => ({ id: '1' }));
  await expect(importFile(fake.client, gguf('My own (1B).gguf'), 'ollama')).resolves.toBe('my-own-1b');
  const made = { name: 'my-own-1b', handle: 'handle', provider: 'ollama', parameters: {} };
  expect(fake.call.mock.calls).toEqual([['model/create', made]]);
  expect(shown()).toEqual([]);
});

it('sends nothing of a file that is no model', async () => {
  const fake = client(async () => null);
  await importFile(fake.client, { type: 'file', file: new File(['%PDF'], 'paper.pdf') });
  expect(fake.upload).not.toHaveBeenCalled();
  const [failed] = shown();
  expect(failed?.step).toBe('failed');
  expect(failed?.error?.message).toContain('paper.pdf is not a GGUF file');
  dismissImport(failed?.id ?? 0);
});

it('keeps what failed with its sentence, and forgets what was stopped', async () => {
  const refused = client(() => Promise.reject(new ApiError({ code: 'model_damaged', message: 'It is cut short.' })));
  await importFile(refused.client, gguf('cut.gguf'));
  expect(shown()).toMatchObject([{ name: 'cut.gguf', step: 'failed', error: { code: 'model_damaged' } }]);
  dismissImport(shown()[0]?.id ?? 0);
  const stopped = client(
    async () => null,
    () => Promise.reject(new DOMException('Stopped.', 'AbortError')),
  );
  await importFile(stopped.client, gguf());
  expect(shown()).toEqual([]);
});
