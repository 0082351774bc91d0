/** Server-sent events as the HTML standard parses them: any line ending, split anywhere, comments ignored. */

export interface ServerSentEvent {
  /** The last id seen, "" before the first. */
  id: string;
  type: string;
  data: string;
}

/** Feed it decoded text as it comes; it hands out each finished event. An unfinished one at the end is dropped. */
export class SseParser {
  /** The stream's wish for the pause before reconnecting, in milliseconds. */
  retry: number | undefined;
  /** The last id that was said, with an event or alone; "" before the first. */
  lastId = '';

  private rest = '';
  private id = '';
  private atStart = true;
  private afterCarriageReturn = false;
  private type = '';
  private data: string[] = [];

  *push(chunk: string): Generator<ServerSentEvent> {
    let text = chunk;
    if (this.atStart && text !== '') {
      this.atStart = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    // A CR ends its line at once; an LF that follows in the next chunk belongs to it.
    if (this.afterCarriageReturn && text !== '') {
      this.afterCarriageReturn = false;
      if (text.startsWith('\n')) text = text.slice(1);
    }
    if (text === '') return;
    this.afterCarriageReturn = text.endsWith('\r');
    const lines = (this.rest + text).split(/\r\n|\n|\r/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = this.line(line);
      if (event) yield event;
    }
  }

  private line(line: string): ServerSentEvent | undefined {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.type = value;
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
    return undefined;
  }

  private dispatch(): ServerSentEvent | undefined {
    // Only a whole block counts.
    this.lastId = this.id;
    const event = { id: this.id, type: this.type || 'message', data: this.data.join('\n') };
    const empty = this.data.length === 0;
    this.type = '';
    this.data = [];
    return empty ? undefined : event;
  }
}
