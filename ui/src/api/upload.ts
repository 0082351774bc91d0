/** A file on its way to Web+. XMLHttpRequest, because fetch can't tell how much of a body has been sent. */
import { type ApiError, notOurs, refusal, unreachable } from './error';
import type { UploadOptions } from './transport';

export function sendFile(
  url: string,
  file: File,
  headers: Record<string, string>,
  { onProgress, signal }: UploadOptions,
): Promise<string> {
  const origin = new URL(url).origin;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const end = (settle: () => void) => {
      signal?.removeEventListener('abort', abort);
      settle();
    };
    if (signal?.aborted === true) return reject(aborted());
    signal?.addEventListener('abort', abort);
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-File-Name', encodeURIComponent(file.name));
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 0 : loaded / total);
    request.onerror = () => end(() => reject(unreachable(origin)));
    request.onabort = () => end(() => reject(aborted()));
    request.onload = () =>
      end(() => {
        const handle = request.status === 200 ? handleIn(request.responseText) : null;
        if (handle !== null) resolve(handle);
        else reject(request.status === 200 ? notOurs(origin) : failure(request, origin));
      });
    request.send(file);
  });
}

function failure(request: XMLHttpRequest, origin: string): ApiError {
  return refusal(request.status, request.responseText, origin);
}

function handleIn(text: string): string | null {
  try {
    const body = JSON.parse(text) as { handle?: unknown } | null;
    return typeof body?.handle === 'string' ? body.handle : null;
  } catch {
    return null;
  }
}

function aborted(): DOMException {
  return new DOMException('The upload was stopped.', 'AbortError');
}
