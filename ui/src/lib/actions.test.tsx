import { render } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import { allActions, filterActions, registerActions, runShortcut, useActions, type Action } from './actions';

let unregister: () => void = () => undefined;
afterEach(() => unregister());

const action = (id: string, more: Partial<Action> = {}): Action => ({
  id,
  title: id,
  section: 'Test',
  run: () => undefined,
  ...more,
});

function press(target: Element, key: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  const listen = (heard: Event) => void runShortcut(heard as KeyboardEvent);
  window.addEventListener('keydown', listen, { once: true });
  target.dispatchEvent(event);
  return event;
}

it('runs the action that was registered last and takes the key', () => {
  const below = vi.fn();
  const above = vi.fn();
  unregister = registerActions([
    action('a', { shortcut: 'Mod+N', run: below }),
    action('b', { shortcut: 'Mod+N', run: above }),
  ]);
  const event = press(document.body, 'n', { ctrlKey: true });
  expect(above).toHaveBeenCalledOnce();
  expect(below).not.toHaveBeenCalled();
  expect(event.defaultPrevented).toBe(true);
});

it('gives way to a place with what is there everywhere, whichever came first', () => {
  const run = vi.fn();
  const place = registerActions([action('find', { title: 'Find a model', shortcut: 'Mod+F', run })]);
  const everywhere = vi.fn();
  unregister = registerActions([
    action('find', { title: 'Find', everywhere: true }),
    action('anything', { shortcut: 'Mod+F', everywhere: true, run: everywhere }),
  ]);
  expect(allActions().find(({ id }) => id === 'find')?.title).toBe('Find a model');
  press(document.body, 'f', { ctrlKey: true });
  expect([run.mock.calls.length, everywhere.mock.calls.length]).toEqual([1, 0]);
  place();
  press(document.body, 'f', { ctrlKey: true });
  expect([run.mock.calls.length, everywhere.mock.calls.length]).toEqual([1, 1]);
});

it('leaves plain keys to who is typing', () => {
  const run = vi.fn();
  unregister = registerActions([action('a', { shortcut: 'J', run }), action('b', { shortcut: 'Mod+J', run })]);
  const { container } = render(<textarea />);
  const field = container.firstElementChild as Element;
  press(field, 'j');
  expect(run).not.toHaveBeenCalled();
  press(field, 'j', { ctrlKey: true });
  expect(run).toHaveBeenCalledOnce();
});

it('rests while a dialog is open', () => {
  const run = vi.fn();
  unregister = registerActions([
    action('a', { shortcut: 'Mod+J', run }),
    action('b', { shortcut: 'Mod+K', run, inDialogs: true }),
  ]);
  render(<div data-modal />);
  press(document.body, 'j', { ctrlKey: true });
  expect(run).not.toHaveBeenCalled();
  press(document.body, 'k', { ctrlKey: true });
  expect(run).toHaveBeenCalledOnce();
});

it('offers a component’s actions while it is mounted, with its newest state', () => {
  const seen: number[] = [];
  function Counter({ count }: { count: number }) {
    useActions([action('count', { run: () => seen.push(count) })]);
    return null;
  }
  const { rerender, unmount } = render(<Counter count={1} />);
  rerender(<Counter count={2} />);
  allActions()
    .find(({ id }) => id === 'count')
    ?.run();
  expect(seen).toEqual([2]);
  unmount();
  expect(allActions().some(({ id }) => id === 'count')).toBe(false);
});

it('finds by any words, titles that begin with them first', () => {
  const list = [
    action('1', { title: 'Delete model' }),
    action('2', { title: 'Model settings' }),
    action('3', { title: 'Theme', keywords: 'model of the page' }),
    action('4', { title: 'Model', hidden: true }),
  ];
  expect(filterActions(list, 'mod').map(({ id }) => id)).toEqual(['2', '1', '3']);
  expect(filterActions(list, 'mod delete').map(({ id }) => id)).toEqual(['1']);
  expect(filterActions(list, 'zzz')).toEqual([]);
});
