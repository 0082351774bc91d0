// An OpenAI-compatible server that answers wrongly, each model in its own way, until the journey mends it.
//
//   const faults = await startFaults();   faults.url, .requests (bodies), .sent(model) (bytes), .mend(model), .stop()
//   await startFaults({ port });          at a port where nothing answered before
//
// `gone` is listed and then answers 404, `strict` wants the key `rightKey`, `portal` gives a hotel's login page, `line` begins well
// and then sends one line of 64 MB. Three send a gigabyte: `body` as one JSON text, `pings` as a stream without an event, and
// `flood` as a stream of words. A mended model answers `well`.

import { createServer } from 'node:http';

export const well = 'All is well again.';
export const began = 'It begins well, and then';
export const rightKey = 'sk-right-0123456789-abcdWXYZ';

const page = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Welcome to Hotel Wi-Fi</h1><form>Room number</form></body></html>';
const gigabyte = 1 << 30;

export async function startFaults({ port = 0, models = ['gone', 'strict', 'portal', 'line', 'body', 'pings', 'flood'] } = {}) {
  const requests = [];
  const mended = new Set();
  const sent = new Map();
  const server = createServer(async (request, response) => {
    if (request.url.endsWith('/models')) {
      const list = models.map((id) => ({ id, object: 'model', owned_by: 'script' }));
      return json(response, 200, { object: 'list', data: list });
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    requests.push(body);
    const { model } = body;
    const welcome = request.headers.authorization === `Bearer ${rightKey}`;
    if (mended.has(model) || (model === 'strict' && welcome) || !faults[model]) return answer(response);
    await faults[model](response, (bytes) => sent.set(model, (sent.get(model) ?? 0) + bytes));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    host: `127.0.0.1:${server.address().port}`,
    requests,
    sent: (model) => sent.get(model) ?? 0,
    mend: (model) => mended.add(model),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

const faults = {
  gone: (response) => refuse(response, 404, 'The model `gone` does not exist or you do not have access to it.', 'model_not_found'),
  strict: (response) => refuse(response, 401, 'Incorrect API key provided.', 'invalid_api_key'),
  portal(response) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page);
  },
  async line(response, count) {
    stream(response);
    response.write(event({ content: began }));
    response.write('data: {"choices":[{"delta":{"content":"');
    await repeat(response, 'x', 64 << 20, count);
    response.end('"}}]}\n\ndata: [DONE]\n\n');
  },
  async body(response, count) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"choices":[{"message":{"role":"assistant","content":"');
    await repeat(response, 'x', gigabyte, count);
    response.end('"},"finish_reason":"stop"}]}');
  },
  async pings(response, count) {
    stream(response);
    await repeat(response, ': still here\n\n', gigabyte, count);
    response.end();
  },
  async flood(response, count) {
    stream(response);
    await repeat(response, event({ content: 'word '.repeat(2000) }), gigabyte, count);
    response.end('data: [DONE]\n\n');
  },
};

function answer(response) {
  stream(response);
  response.write(event({ content: well }));
  response.write(event({}, { finish_reason: 'stop' }));
  response.end('data: [DONE]\n\n');
}

function refuse(response, status, message, code) {
  json(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function event(delta, more = {}) {
  return `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, ...more }] })}\n\n`;
}

/** Sends the same text until so many bytes have gone, as fast as they are taken, or until nobody takes them any more. */
async function repeat(response, text, bytes, count) {
  let open = true;
  response.once('close', () => (open = false));
  const piece = Buffer.from(text.repeat(Math.max(1, Math.floor((1 << 16) / text.length))));
  for (let gone = 0; open && gone < bytes; gone += piece.length) {
    count(piece.length);
    if (!response.write(piece)) await new Promise((resolve) => ['drain', 'close'].forEach((name) => response.once(name, resolve)));
  }
}
