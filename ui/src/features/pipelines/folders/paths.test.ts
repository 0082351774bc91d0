import { expect, it } from 'vitest';

import { nameWithin, withFolder } from './paths';

it('shows a file from its folder on', () => {
  expect(nameWithin('/home/ann/flows', '/home/ann/flows/a/b.webplus.json')).toBe('a/b.webplus.json');
  expect(nameWithin('C:\\flows', 'C:\\flows\\b.webplus.json')).toBe('b.webplus.json');
  expect(nameWithin('/x', '/y/b.json')).toBe('y/b.json');
});

it('adds a folder once', () => {
  expect(withFolder(['/a'], ' /b ')).toEqual(['/a', '/b']);
  expect(withFolder(['/a'], '/a')).toBeNull();
  expect(withFolder([], '  ')).toBeNull();
});
