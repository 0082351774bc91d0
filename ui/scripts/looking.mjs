// Builds the page and the gallery, and shows either in Chromium under our own policy: each picture is checked with axe and kept.
// CHROMIUM names the browser.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
export const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'webplus-gallery-'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

mkdirSync(out, { recursive: true });
const vite = join(root, 'node_modules/vite/bin/vite.js');
execFileSync(process.execPath, [vite, 'build', '--mode', 'gallery', '--logLevel', 'warn'], {
  cwd: root,
  stdio: 'inherit',
});
execFileSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' });

/** The page with a server that accepts every call's token but "wrong" and keeps the events' line open. */
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  const headers = { 'Content-Security-Policy': policy };
  if (path.startsWith('/api/v1/')) {
    if (request.headers.authorization !== 'Bearer right') return response.writeHead(401).end();
    if (path === '/api/v1/events') {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' });
      return response.write(': hello\n\n');
    }
    response.writeHead(200, { ...headers, 'Content-Type': 'application/json' });
    return response.end('{"items":[],"next":null}');
  }
  const folder = path.startsWith('/gallery') ? 'dist-gallery' : 'dist';
  const found = [join(root, folder, path), join(root, 'dist', path), join(root, 'dist-gallery', path)].find(
    (file) => extname(file) && existsSync(file),
  );
  const file = found ?? join(root, 'dist/index.html');
  response.writeHead(200, { ...headers, 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
  response.end(readFileSync(file));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
export const origin = `http://127.0.0.1:${server.address().port}`;

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
export const problems = [];

export async function look(name, address, { width = 1280, height = 900, colorScheme = 'light', act, whole = false }) {
  // The check itself is injected; the policy stays on for what the page does, and its reports are counted.
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.includes('401')) problems.push(`${name}: ${text}`);
  });
  page.on('pageerror', (error) => problems.push(`${name}: ${error.stack}`));
  await page.addInitScript(() => {
    globalThis.refused = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      globalThis.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
    );
  });
  await page.goto(origin + address);
  await page.waitForSelector('html[data-ready="true"]');
  await page.waitForTimeout(450);
  await act?.(page);
  await page.waitForTimeout(250);
  if (whole) {
    const tall = await page.evaluate(() => document.querySelector('#root > *').scrollHeight);
    await page.setViewportSize({ width, height: tall });
    await page.waitForTimeout(100);
  }
  await page.screenshot({ path: join(out, `${name}.png`) });
  for (const refusal of await page.evaluate(() => globalThis.refused)) problems.push(`${name}: policy: ${refusal}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) problems.push(`${name}: ${wide} px wider than the window`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { region: { enabled: false } },
    }),
  );
  for (const violation of violations) {
    for (const node of violation.nodes)
      problems.push(`${name}: axe ${violation.id}: ${node.target} ${node.failureSummary.replaceAll('\n', ' ')}`);
  }
  await context.close();
}

/** Ends everything; fails where anything was found. */
export async function finish() {
  await browser.close();
  server.closeAllConnections();
  server.close();
  process.stdout.write(`pictures in ${out}\n`);
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    process.exit(1);
  }
}
