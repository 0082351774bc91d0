// A server that takes what is sent and never answers; what came is counted.

import { createServer } from 'node:http';

export async function startHanging() {
  const requests = [];
  const server = createServer((request) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
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
