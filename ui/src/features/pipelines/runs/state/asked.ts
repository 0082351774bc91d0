/** Which question of a run opens by itself. */
import type { WaitingStep } from '@/api/generated';

import { keyOf } from './keys';

/** The steps whose questions were shown, here or above the run. */
export type Asked = Set<string>;

/**
 * The step to show now, or null. Each question is offered once: not again when somebody has closed it, and not over a step that
 * somebody looks at, unless that is a question that was answered. The banner above the run still leads to it.
 */
export function toOffer(asked: Asked, waiting: readonly WaitingStep[], shown: string | null): string | null {
  const open = waiting.filter(({ kind }) => kind === 'human' || kind === 'decision').map(keyOf);
  const fresh = open.filter((key) => !asked.has(key));
  const answered = shown !== null && asked.has(shown) && !open.includes(shown);
  for (const key of fresh) asked.add(key);
  return shown === null || answered ? (fresh[0] ?? null) : null;
}
