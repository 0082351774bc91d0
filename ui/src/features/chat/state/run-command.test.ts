import { expect, test } from 'vitest';

import { asRun } from './run-command';

test('only what begins with the command and a name runs a pipeline', () => {
  expect(asRun('/run Translate Good morning')).toBe('Translate Good morning');
  expect(asRun('  /run plan\nTwo lines')).toBe('plan\nTwo lines');
  for (const text of ['/run', '/run ', '/running late', 'please /run x', 'run x']) expect(asRun(text)).toBeNull();
});
