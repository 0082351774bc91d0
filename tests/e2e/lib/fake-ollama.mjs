// A scripted Ollama as the program `ollama` of this session, found by the search path.
//
//   const ollama = await installOllama({ load_ms: 200 });     `ollama.env` for the application that is to find it
//   await ollama.add(address, file, 'smol');                  puts a GGUF into the one that answers there

import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { built, freePort } from './process.mjs';

export async function installOllama(script = {}) {
  const folder = path.join(process.env.WEBPLUS_JOURNEY, 'bin');
  await mkdir(folder, { recursive: true });
  // Its environment is made anew by the application, so only its path tells whose it is.
  const program = path.join(folder, 'fake-ollama');
  const faults = path.join(folder, 'script.json');
  await symlink(built(path.join('examples', 'fake-ollama')), program);
  await writeFile(faults, JSON.stringify(script));
  await writeFile(path.join(folder, 'ollama'), `#!/bin/sh\nexec '${program}' --script '${faults}' "$@"\n`);
  await chmod(path.join(folder, 'ollama'), 0o755);
  const nobody = await freePort();
  return {
    // Somebody else's Ollama on this machine is none of this session's.
    env: { PATH: `${folder}:${process.env.PATH}`, OLLAMA_HOST: `127.0.0.1:${nobody}` },
    /** Puts a file into the one that answers at `address`, under a name. */
    async add(address, file, name) {
      const bytes = await readFile(file);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const blob = `${address}/api/blobs/${digest}`;
      // One that is there already is refused in the middle of sending it.
      if (!(await fetch(blob, { method: 'HEAD' })).ok) await post(blob, bytes);
      await post(`${address}/api/create`, JSON.stringify({ model: name, files: { 'model.gguf': digest }, stream: false }));
    },
  };
}

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  await response.text();
}
