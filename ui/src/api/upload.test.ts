import { beforeEach, expect, it, vi } from 'vitest';

import { sendFile } from './upload';

/** As much of XMLHttpRequest as an upload uses, driven by the test. */
class Request {
  static last: Request;
  headers: Record<string, string> = {};
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  status = 0;
  responseText = '';
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  body: unknown;
  url = '';
  constructor() {
    Request.last = this;
  }
  open(method: string, url: string) {
    this.url = `${method} ${url}`;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send(body: unknown) {
    this.body = body;
  }
  abort() {
    this.onabort?.();
  }
  answer(status: number, text: string) {
    this.status = status;
    this.responseText = text;
    this.onload?.();
  }
}

beforeEach(() => void vi.stubGlobal('XMLHttpRequest', Request));

const file = new File(['GGUF…'], 'Größe 1.gguf');
const send = (options: Parameters<typeof sendFile>[3] = {}) =>
  sendFile('http://127.0.0.1:1/api/v1/files', file, { Authorization: 'Bearer t' }, options);

it('sends the file itself with the key and its name, and resolves to the handle', async () => {
  const progress = vi.fn();
  const result = send({ onProgress: progress });
  const { last } = Request;
  expect(last.url).toBe('POST http://127.0.0.1:1/api/v1/files');
  expect(last.headers).toEqual({
    Authorization: 'Bearer t',
    'Content-Type': 'application/octet-stream',
    'X-File-Name': 'Gr%C3%B6%C3%9Fe%201.gguf',
  });
  expect(last.body).toBe(file);
  last.upload.onprogress?.({ loaded: 25, total: 100 });
  last.answer(200, '{"handle":"h1"}');
  await expect(result).resolves.toBe('h1');
  expect(progress).toHaveBeenCalledWith(0.25);
});

it('rejects with the sentence of the server', async () => {
  const result = send();
  Request.last.answer(507, '{"code":"disk_full","message":"The disk is full.","traceId":"t"}');
  await expect(result).rejects.toMatchObject({ code: 'disk_full', message: 'The disk is full.' });
});

it('says that Web+ doesn’t answer, and that something else did', async () => {
  const broken = send();
  Request.last.onerror?.();
  await expect(broken).rejects.toMatchObject({ code: 'unreachable' });
  const foreign = send();
  Request.last.answer(200, '<html>Log in</html>');
  await expect(foreign).rejects.toMatchObject({ code: 'provider_bad_reply' });
});

it('stops where the person stops it', async () => {
  const stop = new AbortController();
  const result = send({ signal: stop.signal });
  stop.abort();
  await expect(result).rejects.toMatchObject({ name: 'AbortError' });
});
