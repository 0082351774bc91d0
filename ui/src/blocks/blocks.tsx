/**
 * An answer's blocks, in groups. What finished keeps its identity and isn't painted again: while an answer grows, only the group at its open
 * end is. A finished group out of sight isn't laid out either, and it is one element to be watched for that, however many blocks it holds.
 */
import { memo, useRef } from 'react';

import type { Block } from '@/api/generated';
import { classNames } from '@/lib/class-names';

import { BlockView } from './block-view';
import { useRest } from './rest';

/** How many blocks a group holds. A block never changes its group, so it is never made anew. */
const groupSize = 32;
/** How many of the last blocks are laid out whether they are seen or not: a late line of the answer may still change them. */
const awake = 4;

export function Blocks({ blocks, growing }: { blocks: readonly Block[]; growing: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  const mayRest = useRest(frame, growing);
  const groups = Math.ceil(blocks.length / groupSize);
  return (
    <div ref={frame} className={classNames('min-w-0 text-answer break-words', groups > 0 && '-my-1.5')}>
      {Array.from({ length: groups }, (_, index) => {
        const from = index * groupSize;
        const to = from + groupSize;
        return (
          <Group
            key={index}
            blocks={blocks}
            from={from}
            open={growing && to >= blocks.length}
            resting={mayRest && to <= blocks.length - awake}
          />
        );
      })}
    </div>
  );
}

interface GroupProps {
  /** All of the answer's. */
  blocks: readonly Block[];
  /** Which of them is the group's first. */
  from: number;
  /** Text is still being added to its last one. */
  open: boolean;
  /** Finished and measured: out of sight it costs nothing. */
  resting: boolean;
}

const Group = memo(
  function Group({ blocks, from, open, resting }: GroupProps) {
    return (
      <div
        className={classNames(
          // Resting cuts off what stands out: there is room for the ring of a focused table. The height is remembered before it rests.
          '-mx-1.5 px-1.5 [contain-intrinsic-block-size:auto_120rem]',
          resting && '[content-visibility:auto]',
        )}
      >
        {blocks.slice(from, from + groupSize).map((block, index) => (
          <BlockView
            key={block.id}
            block={block}
            first={from + index === 0}
            open={open && from + index === blocks.length - 1}
          />
        ))}
      </div>
    );
  },
  (before, after) =>
    before.from === after.from &&
    before.open === after.open &&
    before.resting === after.resting &&
    sameBlocks(before.blocks, after.blocks, after.from),
);

function sameBlocks(before: readonly Block[], after: readonly Block[], from: number): boolean {
  for (let index = from; index < from + groupSize; index += 1) {
    if (before[index] !== after[index]) return false;
  }
  return true;
}
