/**
 * The one shape of a failure. `code` is for the page to branch on, `message` is the sentence for the person,
 * `traceId` finds the chain in the log.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  readonly traceId: string | undefined;

  constructor(fields: { code: string; message: string; retryAfterMs?: number | null; traceId?: string | null }) {
    super(fields.message);
    this.name = 'ApiError';
    this.code = fields.code;
    this.retryAfterMs = fields.retryAfterMs ?? undefined;
    this.traceId = fields.traceId ?? undefined;
  }
}

/** The page's own code: Web+ itself gave no answer. */
export const unreachableCode = 'unreachable';

export function unreachable(where: string): ApiError {
  return new ApiError({
    code: unreachableCode,
    message: `Web+ doesn't answer at ${where}. Check that it is still running, then try again.`,
  });
}

/** What a refused request says: our own error body, or that something else answered. */
export function refusal(status: number, text: string, origin: string): ApiError {
  try {
    const body: unknown = JSON.parse(text);
    if (isErrorBody(body)) return new ApiError(body);
  } catch {
    // Not JSON: something between the page and Web+ answered.
  }
  if (status === 401)
    return new ApiError({ code: 'unauthorized', message: 'This page has no valid key. Open its address again.' });
  return notOurs(origin, status);
}

export function notOurs(origin: string, status?: number): ApiError {
  const what = status === undefined ? 'something that Web+ never says' : `status ${status} and no reason`;
  return new ApiError({
    code: 'provider_bad_reply',
    message: `${origin} answered with ${what}. Check that no proxy stands between this browser and Web+, then try again.`,
  });
}

/** Whatever was thrown, as an ApiError; an abort stays an abort, for the caller to recognise. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (isErrorBody(thrown)) return new ApiError(thrown);
  return new ApiError({
    code: 'internal',
    message: `Something went wrong in the page: ${thrown instanceof Error ? thrown.message : String(thrown)}. Try again.`,
  });
}

export function isErrorBody(value: unknown): value is { code: string; message: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
