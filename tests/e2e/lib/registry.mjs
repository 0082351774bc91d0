// A registry of models on this machine, as much of one as an Ollama needs to pull from it.
//
//   const registry = await startRegistry();
//   const { reference, digest } = registry.offer('journey', bytes);    `reference` is what a person types
//   registry.speed = 8_000_000;                                         bytes a second for the weights; undefined: as fast as it goes
//   registry.begun                                                      the first byte of each request for the weights, in order

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as rest } from 'node:timers/promises';

const image = (kind) => `application/vnd.ollama.image.${kind}`;
const beat = 50;

export async function startRegistry() {
  const manifests = new Map();
  const blobs = new Map();
  const registry = { speed: undefined, begun: [] };
  const server = createServer((request, response) => answer(request, response).catch(() => response.destroy()));

  async function answer(request, response) {
    const [, first, , name, kind, last] = request.url.split('/');
    if (first === 'store') return send(request, response, request.url.split('/').at(-1));
    const found = kind === 'manifests' ? manifests.get(`${name}:${last}`) : blobs.get(last)?.bytes;
    if (!found) return response.writeHead(404).end();
    if (kind === 'manifests') return response.end(found);
    if (request.method === 'HEAD') return response.writeHead(200, { 'content-length': found.length }).end();
    // An Ollama goes on only where the name is another.
    return response.writeHead(307, { location: `http://localhost:${server.address().port}/store/${last}` }).end();
  }

  async function send(request, response, digest) {
    const { bytes, weights } = blobs.get(digest);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [undefined, 0, bytes.length - 1];
    const [begin, end] = [Number(from), Number(to) + 1];
    if (weights) registry.begun.push(begin);
    response.writeHead(206, { 'content-length': end - begin, 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` });
    for (let at = begin; at < end && !response.destroyed; ) {
      const slow = weights && registry.speed !== undefined;
      const next = Math.min(end, at + (slow ? Math.ceil((registry.speed * beat) / 1000) : 1 << 20));
      if (!response.write(bytes.subarray(at, next))) await new Promise((resolve) => ['drain', 'close'].forEach((event) => response.once(event, resolve)));
      if (slow) await rest(beat);
      at = next;
    }
    response.end();
  }

  function add(bytes, mediaType, weights = false) {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    blobs.set(digest, { bytes, weights });
    return { mediaType, digest, size: bytes.length };
  }

  /** Offers these weights under a name. */
  registry.offer = (name, bytes) => {
    const layers = [add(bytes, image('model'), true), add(Buffer.from('{{ .Prompt }}'), image('template')), add(Buffer.from('Apache-2.0'), image('license'))];
    const facts = { model_format: 'gguf', model_family: 'llama', model_families: ['llama'], model_type: '135M', file_type: 'Q4_1' };
    const config = Buffer.from(JSON.stringify({ ...facts, rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) } }));
    manifests.set(`${name}:latest`, JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: add(config, 'application/vnd.docker.container.image.v1+json'),
      layers,
    }));
    return { reference: `http://127.0.0.1:${server.address().port}/library/${name}`, digest: layers[0].digest };
  };
  registry.close = () => {
    server.closeAllConnections();
    server.close();
  };
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return registry;
}
