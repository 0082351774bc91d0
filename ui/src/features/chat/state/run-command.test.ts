import { expect, test } from 'vitest';

import { asRun, isBareRun, offeredNames } from './run-command';

test('only what begins with the command and a name runs a pipeline', () => {
  expect(asRun('/run Translate Good morning')).toBe('Translate Good morning');
  expect(asRun('  /run plan\nTwo lines')).toBe('plan\nTwo lines');
  for (const text of ['/run', '/run ', '/running late', 'please /run x', 'run x']) expect(asRun(text)).toBeNull();
});

test('offers the pipelines that may be meant, until one is named', () => {
  const names = ['Translate', 'Release notes', 'Code Factory', 'Notes'];
  expect(offeredNames('/run', names)).toEqual(['Code Factory', 'Notes', 'Release notes', 'Translate']);
  expect(offeredNames('/run no', names)).toEqual(['Notes', 'Release notes']);
  expect(offeredNames('/run release', names)).toEqual(['Release notes']);
  for (const text of ['/run Translate', '/run translate Good', '/run x', 'run', '/running', '/run Trans\nlate'])
    expect(offeredNames(text, names)).toEqual([]);
});

test('knows a command that names nothing', () => {
  expect([isBareRun('/run'), isBareRun(' /run  '), isBareRun('/run x'), isBareRun('/runs')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
