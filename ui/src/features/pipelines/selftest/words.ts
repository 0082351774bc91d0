import type { Job, SelfTestCheck } from '@/api/generated';

export const underWay = ({ state }: Job): boolean => ['queued', 'running', 'waiting'].includes(state.status);

/** How far it is, 0 to 1; null while nobody knows. */
export const shareOf = ({ state: { completed, total } }: Job): number | null =>
  total > 0 ? Math.min(1, completed / total) : null;

/** What was broken comes first; else as they came. */
export const failedFirst = (checks: readonly SelfTestCheck[]): SelfTestCheck[] =>
  [...checks].sort((one, other) => Number(one.passed) - Number(other.passed));
