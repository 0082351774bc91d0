/** What a whole message says again keeps its identity, so that the end of an answer paints nothing that stood there already. */
import { replaceEqualDeep } from '@tanstack/react-query';

import type { Block } from '@/api/generated';

/** `after`, with the objects of `before` wherever they say the same. Revisions don't count: a stored answer has none. */
export function keptBlocks(before: readonly Block[], after: Block[]): Block[] {
  return after.map((block, index) => {
    const old = before[index];
    if (old?.id !== block.id) return block;
    const node = replaceEqualDeep(old.node, block.node);
    return node === old.node ? old : { ...block, node };
  });
}
