// The menu's keys do what the page's own list of actions does, each at every place; zoom is the window's; place, size and zoom
// are remembered.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect } from '../lib/asking.mjs';
import { accessibleWindow } from '../lib/browser.mjs';
import { startScripted } from '../lib/scripted.mjs';

const run = promisify(execFile);

export default async function journey({ step, open, until, assert }) {
  let window = await step('the window opens', () => open());
  const press = async (keys) => {
    const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', 'Web\\+$']);
    await run('xdotool', ['windowfocus', '--sync', stdout.trim().split('\n')[0], 'key', keys]);
  };
  const at = () => window.execute('return location.pathname');
  const width = () => window.execute('return window.innerWidth');

  await step('Ctrl+, goes to the settings', async () => {
    await press('ctrl+comma');
    await until('the settings are shown', async () => (await at()).startsWith('/settings'));
  });
  await step('Ctrl+K opens the palette once, Escape closes it', async () => {
    await press('ctrl+k');
    await window.waitFor('[role=dialog]');
    assert.equal((await window.findAll('[role=dialog]')).length, 1);
    await press('Escape');
    await window.waitForNo('[role=dialog]');
  });
  const scripted = await startScripted();
  await step('with a model to talk to and a pipeline to look for', async () => {
    await connect(window, scripted);
    await window.call('pipeline/create', { template: (await window.call('pipeline/templates'))[0].id });
  });
  const focused = (selector) => until(`${selector} has the focus`, () => window.execute('return document.activeElement?.matches(arguments[0]) === true', selector));
  const found = async (name) => {
    await window.waitFor(`[role=dialog] input[aria-label="${name}"]`);
    await press('Escape');
    await window.waitForNo('[role=dialog]');
  };
  const anything = () => found('Find anything');
  // Each place by its name and its address, and what finds in it where it has such a field.
  const places = [
    ['Chat', '/chat', '[data-find-conversation]'],
    ['Pipelines', '/pipelines', '[aria-label="Find a pipeline"]'],
    ['Models', '/models', '[aria-label="Find a model"]'],
    ['Settings', '/settings'],
  ];
  for (const [name, path, field] of places) {
    const go = async () => {
      await window.clickNamed(name);
      await until(`${path} is shown`, async () => (await at()).startsWith(path));
      await window.waitFor(field ?? 'main h2');
    };
    await step(`every entry of the menu does something in ${name}`, async () => {
      await go();
      await press('ctrl+f');
      await (field === undefined ? anything() : focused(field));
      await press('ctrl+shift+f');
      await anything();
      await press('ctrl+k');
      await anything();
      await press('ctrl+slash');
      await window.waitFor('[role=dialog]');
      await press('Escape');
      await window.waitForNo('[role=dialog]');
      await press('ctrl+n');
      await until('a chat is begun', async () => (await at()) === '/chat');
      await focused('[data-composer]');
      await go();
      await press('ctrl+comma');
      await until('the settings are shown', async () => (await at()).startsWith('/settings'));
    });
  }
  await step('the settings of the window and the list of shortcuts have nothing for axe to complain about', async () => {
    await window.clickNamed('Settings');
    await window.clickNamed('Window');
    await window.waitFor('[role=switch][aria-label="Keep running in the tray"]');
    await accessibleWindow(window);
    await press('ctrl+slash');
    await window.waitFor('[role=dialog]');
    await accessibleWindow(window);
    await window.picture('shortcuts');
    await press('Escape');
    await window.waitForNo('[role=dialog]');
  });
  await scripted.stop();
  const before = await width();
  await step('Ctrl+= makes everything larger', async () => {
    await press('ctrl+equal');
    await until('fewer pixels fit', async () => (await width()) < before);
    await press('ctrl+0');
    await until('as many fit as before', async () => (await width()) === before);
    await press('ctrl+minus');
    await until('more pixels fit', async () => (await width()) > before);
  });
  await step('size, place and zoom are there again after a restart', async () => {
    const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', 'Web\\+$']);
    const id = stdout.trim().split('\n')[0];
    await run('xdotool', ['windowsize', '--sync', id, '900', '640', 'windowmove', '--sync', id, '40', '60']);
    const zoomed = await until('the page has the new size', async () => {
      const now = await width();
      return now > 900 && now < before && now;
    });
    await window.close();
    window = await open();
    const again = (await run('xdotool', ['search', '--onlyvisible', '--name', 'Web\\+$'])).stdout.trim().split('\n')[0];
    const geometry = (await run('xdotool', ['getwindowgeometry', '--shell', again])).stdout;
    assert.match(geometry, /X=40\nY=60\nWIDTH=900\nHEIGHT=640/);
    await until('the page is zoomed as before', async () => (await width()) === zoomed);
  });
  await step('Ctrl+Q ends it', async () => {
    await press('ctrl+q');
    await until('it has ended', async () => (await window.pids()).length === 0);
  });
}
