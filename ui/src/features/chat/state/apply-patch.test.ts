import { expect, it } from 'vitest';

import type { Block, Patch } from '@/api/generated';

import { applyPatches } from './apply-patch';
import fixture from './patches.fixture.json';

it.each(fixture.cases as unknown as { name: string; before: Block[]; patches: Patch[]; after: Block[] }[])(
  'folds as the reference does: $name',
  ({ before, patches, after }) => {
    expect(applyPatches(before, patches)).toEqual(after);
  },
);

it('keeps the identity of what a patch doesn’t touch, and changes nothing in place', () => {
  const before: Block[] = [paragraph(0, 'one'), paragraph(1, 'two')];
  const copy = structuredClone(before);
  const after = applyPatches(before, [{ type: 'append', id: 1, rev: 2, text: ' more' }]);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(before).toEqual(copy);
  expect(applyPatches(before, [])).toBe(before);
});

function paragraph(id: number, text: string): Block {
  return { id, rev: 1, node: { type: 'paragraph', content: [{ type: 'text', text }] } };
}
