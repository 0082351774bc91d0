/** What a step says while it is at work: its text and its log, folded as pieces come. A new attempt begins anew. */

export interface Delta {
  attempt: number;
  text: string;
  log?: readonly string[] | undefined;
}

export interface Streamed {
  attempt: number;
  text: string;
  log: string;
  /** Characters that were left out at the beginning, so that a step that says much stays small. */
  cut: number;
}

/** Characters kept of a text or a log while it streams; all of it is there when the step has ended. */
export const mostKept = 200_000;

export function foldDelta(before: Streamed | undefined, delta: Delta): Streamed {
  if (before && delta.attempt < before.attempt) return before;
  const goesOn = before?.attempt === delta.attempt ? before : undefined;
  const text = (goesOn?.text ?? '') + delta.text;
  const log = (goesOn?.log ?? '') + (delta.log ?? []).map((line) => `${line}\n`).join('');
  const over = Math.max(0, text.length - mostKept);
  return {
    attempt: delta.attempt,
    text: over > 0 ? text.slice(over) : text,
    log: log.slice(-mostKept),
    cut: (goesOn?.cut ?? 0) + over,
  };
}

/** What stood there when somebody came to look, with what came since. `text` is the snapshot that the run keeps. */
export function withSnapshot(now: Streamed | undefined, attempt: number, text: string): Streamed {
  if (now && (now.attempt > attempt || now.text.length + now.cut >= text.length)) return now;
  return { attempt, text: text.slice(-mostKept), log: now?.log ?? '', cut: Math.max(0, text.length - mostKept) };
}
