// What a journey needs of the machine beyond an ordinary person's powers, or an ordinary person's lack of them.

import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rmdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A command that starts another one for which permissions count: root may write everywhere, so there that power is taken away.
 * Nothing where it can't be.
 */
export async function bound() {
  if (process.platform === 'win32') return undefined;
  const powers = '-dac_override,-dac_read_search,-fowner';
  const words = process.getuid() === 0 ? ['setpriv', `--bounding-set=${powers}`, `--inh-caps=${powers}`] : ['env'];
  const folder = await mkdtemp(path.join(os.tmpdir(), 'closed-'));
  try {
    await chmod(folder, 0o500);
    // Asked for rather than believed: in some containers the power stays, without a word.
    await run(words[0], [...words.slice(1), 'test', '!', '-w', folder]);
    return words;
  } catch {
    return undefined;
  } finally {
    await rmdir(folder);
  }
}

/**
 * A command that starts another one with file systems of its own to mount, which are gone when it ends. Nothing where the
 * machine doesn't let it.
 */
export async function ownMounts(folder) {
  if (process.platform !== 'linux') return undefined;
  const words = process.getuid() === 0 ? ['unshare', '--mount'] : ['unshare', '--map-root-user', '--mount'];
  try {
    await run(words[0], [...words.slice(1), 'mount', '-t', 'tmpfs', 'none', folder]);
    return words;
  } catch {
    return undefined;
  }
}
