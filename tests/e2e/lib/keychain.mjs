// The keychain of a Linux desktop: a real gnome-keyring on the session's own D-Bus, unlocked, gone with the journey.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { end, start, until } from './process.mjs';

const run = promisify(execFile);

export class Keychain {
  #daemon;

  /** Starts it unlocked and waits until the Secret Service answers. */
  async start() {
    if (this.#daemon) return;
    this.#daemon = start('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], { log: 'keychain', input: true });
    this.#daemon.stdin.end('password');
    this.#daemon.stdout.resume();
    await until('the Secret Service answers', () => this.#owned());
  }

  /** Takes it away, as when a person's keychain stops. */
  async stop() {
    if (!this.#daemon) return;
    await end(this.#daemon);
    this.#daemon = undefined;
  }

  /** Locks the default collection: the next use would prompt, and nobody is there to answer. */
  async lock() {
    await run('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets',
      'org.freedesktop.Secret.Service.Lock', 'array:objpath:/org/freedesktop/secrets/collection/login']);
  }

  /** Stores a secret as another program would. */
  async store(label, secret, attributes) {
    const child = start('secret-tool', ['store', `--label=${label}`, ...flat(attributes)], { input: true });
    child.stdin.end(secret);
    const status = await child.ended;
    if (status !== 0) throw new Error(`secret-tool store ended with ${status}`);
  }

  /** The secret with these attributes, or undefined. */
  async lookup(attributes) {
    try {
      return (await run('secret-tool', ['lookup', ...flat(attributes)])).stdout;
    } catch (error) {
      if (error.code === 1 && !error.stderr) return undefined;
      throw error;
    }
  }

  /** Everything under these attributes, secrets included, as secret-tool prints it. */
  async search(attributes) {
    const { stdout, stderr } = await run('secret-tool', ['search', '--all', '--unlock', ...flat(attributes)]);
    return stdout + stderr;
  }

  async #owned() {
    const { stdout } = await run('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus',
      'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets']);
    return stdout.includes('boolean true');
  }
}

function flat(attributes) {
  return Object.entries(attributes).flat();
}
