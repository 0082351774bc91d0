// A real Chromium against a real `webplus serve`, for the journeys below browser/.
//
//   const { server, page } = await open();     a server on a data folder of its own, and its page, ready
//   const server = await serve({ data });      the server alone; server.url, .token, .call(method, params), .stop(), .kill()
//   await page.… ;                             a playwright-core page
//   await accessible(page);                    fails on any WCAG 2.2 A or AA rule that axe finds broken
//   await picture(page, 'chat');               out/chat.png, checked not to be blank

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { look } from './picture.mjs';
import { built, end, runner, start, until } from './process.mjs';

const require = createRequire(new URL('../../../ui/package.json', import.meta.url));
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export function browserTools() {
  const servers = new Set();
  let browser;
  let newest;

  /** Starts `webplus serve` and waits for its line; `words` are added to the command, `env` to its environment. */
  async function serve({ data = path.join(process.env.HOME, 'webplus'), words = [], env = {} } = {}) {
    await mkdir(data, { recursive: true });
    const child = start(built('webplus'), ['--data-dir', data, 'serve', ...words], {
      log: 'serve',
      env: { WEBPLUS_RUNNER: runner(), ...env },
    });
    const { url, token } = await firstLine(child);
    const server = {
      url,
      token,
      data,
      process: child,
      /** The answer of one method of the API; throws its error. */
      async call(method, params = {}) {
        const response = await fetch(`${url}/api/v1/rpc/${method}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(params),
        });
        const text = await response.text();
        const body = text === '' ? null : JSON.parse(text);
        if (!response.ok) throw Object.assign(new Error(`${method}: ${body?.code} ${body?.message}`), body);
        return body;
      },
      /** Ends it as a person would. */
      async stop() {
        servers.delete(server);
        await end(child);
      },
      /** Ends it as a power cut would. */
      async kill() {
        servers.delete(server);
        await end(child, 'SIGKILL');
      },
    };
    servers.add(server);
    return server;
  }

  /** A fresh page of `server` with a profile of its own, ready to be used; what its console says goes to out/console.log. */
  async function visit(server, { viewport = { width: 1280, height: 800 }, at = '/', ...context } = {}) {
    browser ??= await chromium();
    const tab = await (await browser.newContext({ viewport, reducedMotion: 'reduce', ...context })).newPage();
    // As the window has it: what assigns over what all objects inherit breaks there, and so it does here.
    await tab.addInitScript(() => Object.freeze(Object.prototype));
    newest = tab;
    const lines = [];
    const note = (line) => {
      lines.push(line);
      return writeFile(path.join(process.env.WEBPLUS_JOURNEY_OUT, 'console.log'), `${lines.join('\n')}\n`);
    };
    tab.on('console', (message) => note(`${message.type()}: ${message.text()}`));
    tab.on('pageerror', (error) => note(`uncaught: ${error.message}`));
    tab.on('requestfailed', (request) => note(`failed: ${request.url()} ${request.failure()?.errorText}`));
    tab.consoleLines = lines;
    await tab.goto(`${server.url}${at}#token=${server.token}`);
    await ready(tab);
    return tab;
  }

  async function open(options = {}) {
    const server = await serve(options);
    return { server, page: await visit(server, options) };
  }

  return {
    offered: { serve, visit, open, ready, accessible, picture, assert },
    /** A picture of the newest page, for a failure. */
    async picture(file) {
      if (newest && !newest.isClosed()) await newest.screenshot({ path: file });
    },
    async close() {
      await browser?.close();
      for (const server of [...servers]) await server.stop();
    },
  };
}

/** Waits until the page says that it can be used. */
export async function ready(page, within = 15_000) {
  await page.waitForSelector('html[data-ready]', { state: 'attached', timeout: within });
}

/** axe itself. */
const axe = () => readFile(require.resolve('axe-core/axe.min.js'), 'utf8');

/** The same for the window of the desktop, through its driver. */
export async function accessibleWindow(window) {
  // What fades in has not its colours yet.
  await until('it stands still', () => window.execute('return document.getAnimations().every((one) => one.playState !== "running")'));
  await window.execute(`${await axe()}; return true;`);
  const broken = await window.executeAsync(
    `const [tags, done] = arguments;
     window.axe.run(document, { runOnly: { type: 'tag', values: tags } }).then(
       ({ violations }) => done(violations.map(({ id, help, nodes }) => id + ' (' + help + ') at ' + nodes.map((node) => node.target.join(' ')).join(', '))),
       (error) => done([String(error)]));`,
    standards,
  );
  assert.deepEqual(broken, []);
}

/** Fails when axe finds a broken rule; what it found is in the message. */
export async function accessible(page, { without = [] } = {}) {
  // Through the debugger rather than a script element, which the page's policy rightly refuses.
  const debug = await page.context().newCDPSession(page);
  const source = await axe();
  await debug.send('Runtime.evaluate', { expression: `${source};undefined` });
  await debug.detach();
  const broken = await page.evaluate(
    async ([tags, hidden]) => {
      const context = hidden.length > 0 ? { exclude: hidden } : document;
      const { violations } = await globalThis.axe.run(context, { runOnly: { type: 'tag', values: tags } });
      return violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 5).map((node) => `${node.target.join(' ')}: ${node.failureSummary}`) }));
    },
    [standards, without],
  );
  assert.equal(broken.length, 0, `axe: ${broken.map(({ id, help, where }) => `${id} (${help})\n    ${where.join('\n    ')}`).join('\n  ')}`);
}

/** Writes out/NAME.png and fails if it shows one colour only. */
export async function picture(page, name) {
  const png = await page.screenshot({ path: path.join(process.env.WEBPLUS_JOURNEY_OUT, `${name}.png`), animations: 'disabled' });
  assert.ok(look(png).colours > 1, `the picture "${name}" is blank`);
  return png;
}

async function chromium() {
  const playwright = require('playwright-core');
  const executablePath = process.env.WEBPLUS_CHROMIUM ?? found();
  return playwright.chromium.launch({ executablePath, headless: true, args: flags });
}

function found() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const usual = process.platform === 'darwin' ? ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'] : [];
  const candidates = [...names.flatMap((name) => folders.map((folder) => path.join(folder, process.platform === 'win32' ? `${name}.exe` : name))), ...usual];
  const executable = candidates.find((candidate) => existsSync(candidate));
  if (!executable) throw new Error(`no Chromium is on the path (${names.join(', ')}); WEBPLUS_CHROMIUM may name one`);
  return executable;
}

async function firstLine(child) {
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    new Promise((resolve) => lines.once('line', resolve)),
    child.ended.then((status) => {
      if (child.failure) throw new Error(`webplus could not be started: ${child.failure.message}`);
      const log = path.relative(process.cwd(), path.join(process.env.WEBPLUS_JOURNEY_OUT, 'serve.log'));
      throw new Error(`webplus serve ended with ${status} before it was ready; see ${log}`);
    }),
  ]);
  // Nothing more is expected on standard output, but an unread pipe would block the server one day.
  lines.on('line', () => {});
  return JSON.parse(line);
}
