import { expect, it } from 'vitest';

import { SseParser, type ServerSentEvent } from './sse';

function parse(...chunks: string[]): ServerSentEvent[] {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => [...parser.push(chunk)]);
}

const stream =
  '\uFEFF: hello\nid: 7-1\nevent: note\ndata: one\ndata:two\n\nretry: 500\nid\ndata\n\nid: 7-2\r\ndata:  three\r\n\r\ndata: cut off';
const events = [
  { id: '7-1', type: 'note', data: 'one\ntwo' },
  { id: '', type: 'message', data: '' },
  { id: '7-2', type: 'message', data: ' three' },
];

it('reads fields, comments and line endings as the standard says, and drops an unfinished event', () => {
  expect(parse(stream)).toEqual(events);
});

it('reads the same however the bytes are cut', () => {
  for (let cut = 0; cut <= stream.length; cut += 1)
    expect(parse(stream.slice(0, cut), stream.slice(cut))).toEqual(events);
  expect(parse(...stream)).toEqual(events);
});

it('hands out an event that ends in a bare CR at once', () => {
  expect(parse('data: a\r\r')).toHaveLength(1);
  expect(parse('data: a\r', '\ndata: b\r\n', '\r\n')).toEqual([{ id: '', type: 'message', data: 'a\nb' }]);
});

it('ignores an id with a NUL and a retry that isn’t a number', () => {
  const parser = new SseParser();
  expect([...parser.push('id: 1\nid: 2\0\nretry: soon\ndata: x\n\n')]).toEqual([
    { id: '1', type: 'message', data: 'x' },
  ]);
  expect(parser.retry).toBeUndefined();
});
