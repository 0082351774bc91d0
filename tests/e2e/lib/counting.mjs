// A server that takes a post, counts it and answers. It runs in the journey, so that it outlives the application and knows what
// really came.

import { createServer } from 'node:http';

export async function startCounting() {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ path: request.url, body: Buffer.concat(chunks).toString() });
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('taken');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
