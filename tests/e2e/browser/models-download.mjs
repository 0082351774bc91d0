// A starter model from a hub of the journey's own: how far, how fast, paused, gone on with from where it was, and there.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as rest } from 'node:timers/promises';

const piece = 512 * 1024;

export default async function journey({ step, skip, open, picture, accessible, assert, model }) {
  if (!model) skip('the small model is not here (cargo xtask run puts it in place)');
  const bytes = await readFile(model);
  const oid = createHash('sha256').update(bytes).digest('hex');
  const ranges = [];
  let hurry = false;
  const hub = createServer(async (request, response) => {
    if (request.url.includes('/raw/')) {
      response.end(`version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`);
      return;
    }
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    ranges.push(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    for (let at = from; at < bytes.length && !response.destroyed; at += piece) {
      response.write(bytes.subarray(at, at + piece));
      if (!hurry) await rest(50);
    }
    response.end();
  });
  await new Promise((resolve) => hub.listen(0, '127.0.0.1', resolve));
  try {
    const { server, page } = await open({ env: { WEBPLUS_OLLAMA: 'off' } });
    await server.call('settings/update', {
      starterList: JSON.stringify({
        updated: '2026-11-20',
        hub: `http://127.0.0.1:${hub.address().port}`,
        models: [{
          name: 'Journey 135M', repository: 'journey/small', file: 'small.gguf', revision: 'main', licence: 'Apache-2.0',
          parameters: '135M', size: 'about 0.1 GB', minimumMemoryMib: 256, about: 'For this journey only.',
        }],
      }),
    });
    await step('the first screen offers the list that was set', async () => {
      await page.getByRole('button', { name: 'Download Journey 135M' }).click();
    });
    await step('how far, how fast and how long still', async () => {
      await page.getByText('Downloading Journey 135M').waitFor();
      await page.getByText(/\d+ % · .* of 98\.4 MB · .*\/s · .* left/).waitFor();
      await picture(page, 'running');
      await accessible(page);
    });
    await step('it is paused and keeps what it has', async () => {
      await page.getByRole('button', { name: 'Pause Journey 135M' }).click();
      await page.getByText('Journey 135M, paused').waitFor();
      const [job] = await server.call('job/list');
      assert.equal(job.state.status, 'waiting');
      await picture(page, 'paused');
      await accessible(page);
    });
    await step('it goes on from there, and the model is there', async () => {
      hurry = true;
      await page.getByRole('button', { name: 'Resume Journey 135M' }).click();
      await page.getByRole('region', { name: 'Quick try' }).waitFor({ timeout: 60_000 });
      assert.ok(ranges.length >= 2 && ranges.at(-1) > 0, `it began anew: ${ranges}`);
      assert.equal((await server.call('model/list')).models.length, 1);
    });
    await server.stop();
  } finally {
    hub.closeAllConnections();
    hub.close();
  }
}
