// The data folder of this session's application, seen and changed from outside while the application is closed.

import { createHash } from 'node:crypto';
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the window keeps everything, or a file in it. A journey's file is read outside of its session too, so it is asked late. */
export function data(...below) {
  return path.join(process.env.XDG_DATA_HOME, 'webplus', ...below);
}

/** Its database. */
export function database() {
  return data('webplus.db');
}

/** The database, its log and the backups, each by its name with the hash of its bytes. */
export async function fingerprints() {
  const found = {};
  for (const name of (await readdir(data(), { recursive: true })).sort()) {
    if (!/\.db(-wal|-shm)?$/.test(name)) continue;
    found[name] = createHash('sha256').update(await readFile(data(name))).digest('hex');
  }
  return found;
}

/** Puts bytes over those that stand there. */
export async function overwrite(file, at, bytes) {
  const handle = await open(file, 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, at);
  } finally {
    await handle.close();
  }
}

/** Says in a closed database's header that its schema has that number. */
export async function setSchema(file, number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  // The user version, by SQLite's description of its file format.
  await overwrite(file, 60, bytes);
}

/** The number that is in the header. */
export async function schema(file) {
  return (await readFile(file)).readUInt32BE(60);
}
