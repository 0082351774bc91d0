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

/**
 * What stood there when somebody came to look, with what came since. `text` is the snapshot that the run keeps: a beginning of the whole,
 * older than the newest piece. Where the two overlap they are joined; where pieces between them never came, a mark says so.
 */
export function withSnapshot(now: Streamed | undefined, attempt: number, text: string): Streamed {
  if (now && (now.attempt > attempt || now.cut > 0)) return now;
  if (!now || now.attempt < attempt) return cutTo({ attempt, text, log: '', cut: 0 });
  if (text === '' || now.text.startsWith(text)) return now;
  return cutTo({ ...now, text: joined(text, now.text) });
}

function joined(snapshot: string, since: string): string {
  const probe = since.slice(0, 24);
  for (let at = snapshot.indexOf(probe.charAt(0)); at >= 0; at = snapshot.indexOf(probe.charAt(0), at + 1)) {
    const rest = snapshot.slice(at);
    if (rest.startsWith(probe.slice(0, rest.length)) && since.startsWith(rest)) return snapshot.slice(0, at) + since;
  }
  // All of it is in the snapshot already.
  return snapshot.endsWith(since) ? snapshot : `${snapshot}\n…\n${since}`;
}

function cutTo(streamed: Streamed): Streamed {
  const over = Math.max(0, streamed.text.length - mostKept);
  return over === 0 ? streamed : { ...streamed, text: streamed.text.slice(over), cut: streamed.cut + over };
}
