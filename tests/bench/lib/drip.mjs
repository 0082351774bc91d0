// A provider that speaks OpenAI's chat completions and answers every question with the same text, in pieces of four bytes, so many
// a second. It falls behind for no one: what is due is sent, however late its timer came.

import { createServer } from 'node:http';

/** Starts it; its `seconds` say how long the answers from now on take, `text()` what they are. The model is called "drip". */
export async function drip({ perSecond, seconds, source }) {
  const pieces = () => cut(source, Math.round(perSecond * provider.seconds));
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'drip', object: 'model', context_length: 8192 }] }));
      return;
    }
    request.on('end', () => answer(response, pieces(), perSecond));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider = {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    seconds,
    text: () => pieces().join(''),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return provider;
}

function answer(response, pieces, perSecond) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta, more = {}) =>
    response.write(`data: ${JSON.stringify({ id: 'drip', object: 'chat.completion.chunk', model: 'drip', choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`);
  chunk({ role: 'assistant', content: '' });
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(pieces.length, Math.floor(((performance.now() - began) * perSecond) / 1000));
    for (; sent < due; sent += 1) chunk({ content: pieces[sent] });
    if (sent < pieces.length) return;
    clearInterval(timer);
    chunk({}, { finish_reason: 'stop' });
    response.end(`data: ${JSON.stringify({ id: 'drip', object: 'chat.completion.chunk', model: 'drip', choices: [], usage: { prompt_tokens: 1000, completion_tokens: pieces.length } })}\n\ndata: [DONE]\n\n`);
  }, 1000 / perSecond);
  response.on('close', () => clearInterval(timer));
}

/** So many pieces of about four bytes, the source over and over, no character cut. */
function cut(source, count) {
  const pieces = [];
  const characters = [...source];
  for (let at = 0; pieces.length < count; ) {
    let piece = '';
    while (Buffer.byteLength(piece) < 4) {
      piece += characters[at % characters.length];
      at += 1;
    }
    pieces.push(piece);
  }
  return pieces;
}
