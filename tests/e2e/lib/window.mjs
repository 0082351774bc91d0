// The real desktop window under Xvfb, driven through WebKitWebDriver, for the journeys below window/.
//
//   const window = await open();               the application on this session's home, its page ready
//   await window.click('…'); .type .waitFor    see webdriver.mjs
//   await window.picture('chat');              out/chat.png, checked not to be blank
//   await window.call(method, params);         an answer of the application, through the page's own door; throws its refusal
//   await window.pressClose();                 the close button, whatever the application then does
//   await window.close();                      the close button, and waits until the application has ended
//   await window.kill();                       ends the application as a power cut would

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { look } from './picture.mjs';
import { built, carrying, dead, end, freePort, runner, start, until } from './process.mjs';
import { keys, WebDriver } from './webdriver.mjs';

const application = 'webplus-desktop';
const run = promisify(execFile);
const closer = fileURLToPath(new URL('press_close.py', import.meta.url));

export function windowTools() {
  const windows = new Set();
  let newest;

  /** Opens the application; `words` are its arguments, `env` is added to its environment, `through` is a command that starts it. */
  async function open({ words = [], env = {}, through = [], within = 60_000 } = {}) {
    const port = await freePort();
    const [program, ...rest] = [...through, 'WebKitWebDriver', `--port=${port}`];
    const driver = start(program, rest, {
      log: 'window',
      // A machine with much to do paints late; a window that is opened anew for it would be lost to the driver.
      env: { TAURI_WEBVIEW_AUTOMATION: 'true', WEBPLUS_RUNNER: runner(), WEBPLUS_FIRST_PAINT: '60000', ...env },
    });
    driver.stdout.resume();
    const address = `http://127.0.0.1:${port}`;
    await until('WebKitWebDriver answers', async () => (await fetch(`${address}/status`)).ok);
    const window = await WebDriver.open(address, { 'webkitgtk:browserOptions': { binary: built(application), args: words } });

    const gone = () => until(`${application} has ended`, async () => (await pids()).length === 0, { within: 10_000 });
    const forget = async () => {
      windows.delete(window);
      await end(driver);
    };
    window.picture = (name) => picture(window, name);
    window.pids = pids;
    window.call = (method, params) => call(window, method, params);
    window.pressClose = pressClose;
    window.close = async () => {
      await pressClose();
      await gone();
      await forget();
    };
    window.kill = async () => {
      const killed = await pids();
      for (const pid of killed) process.kill(pid, 'SIGKILL');
      await gone();
      // The next one asks the bus whether another is there.
      await until('the bus knows of its end', async () => (await Promise.all(killed.map(dead))).every(Boolean));
      await forget();
    };
    windows.add(window);
    newest = window;
    await until('the page says that it can be used', () => window.execute("return 'ready' in document.documentElement.dataset"), { within });
    return window;
  }

  return {
    offered: { open, pids, keys, until, assert },
    async picture(file) {
      if (newest && windows.has(newest)) await writeFile(file, await newest.screenshot());
    },
    /** After a failure the application is not asked: it may be what hangs. */
    async close({ failed }) {
      for (const window of [...windows]) await (failed ? window.kill() : window.close());
    },
  };
}

async function call(window, method, params = {}) {
  const { answer, refusal } = await window.executeAsync(`const [method, params, done] = arguments;
    window.__TAURI_INTERNALS__.invoke('rpc', { method, params }).then((answer) => done({ answer }), (refusal) => done({ refusal }));`, method, params);
  if (refusal) throw Object.assign(new Error(`${method}: ${refusal.code} ${refusal.message}`), refusal);
  return answer;
}

/** The process ids of the application in this session. */
async function pids() {
  const found = await carrying(process.env.WEBPLUS_JOURNEY);
  // The kernel keeps 15 letters of a name.
  return found.filter(({ name }) => name === application.slice(0, 15)).map(({ pid }) => pid);
}

/** What the close button of a desktop does, to every visible window of the application; GTK's own helper windows have no title and no button. */
async function pressClose() {
  for (const pid of await pids()) {
    // Not every process of it has a window: a guard of what it started has none.
    const { stdout } = await run('xdotool', ['search', '--all', '--onlyvisible', '--pid', String(pid), '--name', 'Web\\+$']).catch((error) => {
      if (error.code === 1 && !error.stderr) return { stdout: '' };
      throw error;
    });
    for (const id of stdout.split('\n').filter(Boolean)) await run('python3', [closer, id]);
  }
}

/**
 * What is drawn comes after what is there, on a busy machine much later, and the first pictures of a page are blank: it is taken
 * until two in a row are the same. One in which something moves is taken as it is in the end.
 */
async function picture(window, name) {
  let before;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await window.executeAsync('const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));');
    const png = await window.screenshot();
    const settled = before !== undefined && png.equals(before);
    before = png;
    if (!settled) continue;
    if (look(png).colours > 1) break;
    await pause(200);
  }
  if (look(before).colours > 1) {
    await writeFile(path.join(process.env.WEBPLUS_JOURNEY_OUT, `${name}.png`), before);
    return before;
  }
  return assert.fail(`the picture "${name}" is blank`);
}
