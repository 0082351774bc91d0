/** Where the bars of a run's steps stand in time. Pure: pixels are the view's affair, here everything is a fraction of the width. */
import type { StepRun, StepStatus } from '@/api/generated';
import { keyOf, partsOf } from '../state/keys';

export interface GanttRow {
  key: string;
  scope: string;
  node: string;
  status: StepStatus;
  /** How deep inside containers. */
  depth: number;
  /** 0 to 1; null where it hasn't begun. */
  from: number | null;
  to: number | null;
  /** Milliseconds. */
  tookMs: number | null;
}

export interface Gantt {
  rows: readonly GanttRow[];
  /** Milliseconds in all. */
  spanMs: number;
  /** Milliseconds from the beginning. */
  ticks: readonly number[];
}

/** The narrowest span, so that a run of no time at all isn't divided by nothing. */
const leastMs = 10;

/**
 * Those that began, in the order in which they did, each container before its inside; then those that haven't, in the order given.
 * `begin` and `now` are milliseconds since 1970.
 */
export function layOut(steps: readonly StepRun[], begin: number, now: number): Gantt {
  const end = steps.reduce((latest, step) => {
    const open = step.startedAt !== undefined && step.finishedAt === undefined;
    return Math.max(latest, open ? now : (step.finishedAt ?? 0));
  }, begin);
  const spanMs = Math.max(leastMs, end - begin);
  const fraction = (at: number) => Math.min(1, Math.max(0, (at - begin) / spanMs));
  const rows = steps
    .map((step, index) => ({ step, at: sortKey(step, steps, index) }))
    .sort((one, other) => compare(one.at, other.at))
    .map(({ step }): GanttRow => {
      const ended = step.finishedAt ?? end;
      return {
        key: keyOf(step),
        scope: step.scope,
        node: step.node,
        status: step.status,
        depth: partsOf(step.scope).length,
        from: step.startedAt === undefined ? null : fraction(step.startedAt),
        to: step.startedAt === undefined ? null : fraction(ended),
        tookMs: step.startedAt === undefined ? null : Math.max(0, ended - step.startedAt),
      };
    });
  return { rows, spanMs, ticks: ticksOf(spanMs) };
}

type Sorted = readonly (number | string)[];

/** Along the containers: when each of them began, then when the step did. */
function sortKey(step: StepRun, steps: readonly StepRun[], place: number): Sorted {
  const byKey = indexOf(steps);
  // What was taken over was there before anything began.
  const at = (one: StepRun | undefined) => one?.startedAt ?? (one?.status === 'reused' ? 0 : Number.MAX_SAFE_INTEGER);
  const around = partsOf(step.scope).flatMap(({ name, index }) => [at(byKey.get(keyOf(name))), name.node, index]);
  return [...around, at(step), step.startedAt === undefined ? place : step.node];
}

const indices = new WeakMap<readonly StepRun[], Map<string, StepRun>>();

function indexOf(steps: readonly StepRun[]): Map<string, StepRun> {
  const known = indices.get(steps) ?? new Map(steps.map((step) => [keyOf(step), step]));
  indices.set(steps, known);
  return known;
}

function compare(one: Sorted, other: Sorted): number {
  for (let place = 0; place < Math.min(one.length, other.length); place += 1) {
    const [a, b] = [one[place] as number | string, other[place] as number | string];
    if (a === b) continue;
    return a < b ? -1 : 1;
  }
  return one.length - other.length;
}

const marks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000]; // prettier-ignore

/** Three to six round marks. Milliseconds from the beginning, the beginning itself left out. */
export function ticksOf(spanMs: number): number[] {
  const wide = marks.find((mark) => spanMs / mark <= 6) ?? Math.ceil(spanMs / 6 / 86_400_000) * 86_400_000;
  const ticks: number[] = [];
  for (let at = wide; at < spanMs; at += wide) ticks.push(at);
  return ticks;
}
