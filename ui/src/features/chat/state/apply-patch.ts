/**
 * How an answer's blocks grow: the same fold as `apply` in the renderer (crates/markup/src/patch.rs). What a patch doesn't touch keeps its
 * identity, so that memoised blocks aren't painted again. A patch that doesn't fit changes nothing.
 */
import type { Block, BlockNode, Inline, Patch } from '@/api/generated';

export function applyPatches(blocks: readonly Block[], patches: readonly Patch[]): readonly Block[] {
  if (patches.length === 0) return blocks;
  const next = [...blocks];
  for (const patch of patches) apply(next, patch);
  return next;
}

function apply(blocks: Block[], patch: Patch): void {
  if (patch.type === 'set') {
    if (patch.index <= blocks.length) blocks[patch.index] = patch.block;
    return;
  }
  if (patch.type === 'truncate') {
    blocks.length = Math.min(blocks.length, patch.length);
    return;
  }
  const block = blocks[patch.id];
  if (block) blocks[patch.id] = { ...block, rev: patch.rev, node: grown(block.node, patch) };
}

type Growth = Exclude<Patch, { type: 'set' } | { type: 'truncate' }>;

function grown(node: BlockNode, patch: Growth): BlockNode {
  switch (patch.type) {
    case 'append':
      return appended(node, patch.text);
    case 'content':
      return node.type === 'paragraph'
        ? { ...node, content: [...node.content.slice(0, patch.from), ...patch.content] }
        : node;
    case 'items':
      return node.type === 'list' ? { ...node, items: [...node.items.slice(0, patch.from), ...patch.items] } : node;
    case 'rows':
      return node.type === 'table' ? { ...node, rows: [...node.rows.slice(0, patch.from), ...patch.rows] } : node;
  }
}

/** Where text is added: at the very end of what stands last. */
function appended(node: BlockNode, text: string): BlockNode {
  switch (node.type) {
    case 'code':
      return { ...node, text: node.text + text };
    case 'paragraph':
    case 'heading':
      return { ...node, content: appendedInline(node.content, text) };
    case 'quote':
    case 'footnote':
      return { ...node, blocks: replacedLast(node.blocks, (last) => appended(last, text)) };
    case 'list':
      return {
        ...node,
        items: replacedLast(node.items, (item) => ({
          ...item,
          blocks: replacedLast(item.blocks, (last) => appended(last, text)),
        })),
      };
    default:
      return node;
  }
}

function appendedInline(content: Inline[], text: string): Inline[] {
  const last = content.at(-1);
  return last?.type === 'text' ? [...content.slice(0, -1), { ...last, text: last.text + text }] : content;
}

function replacedLast<T>(list: T[], change: (last: T) => T): T[] {
  const last = list.at(-1);
  return last === undefined ? list : [...list.slice(0, -1), change(last)];
}
