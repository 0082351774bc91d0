import { expect, it } from 'vitest';

import { inOrder } from './run-form';

it('what must be given comes before what may be, each in its order', () => {
  const inputs = {
    files: { type: 'text' },
    repo: { type: 'dir', required: true },
    model: { type: 'text' },
    task: { type: 'text', required: true },
  };
  expect(inOrder(inputs).map(([name]) => name)).toEqual(['repo', 'task', 'files', 'model']);
});
