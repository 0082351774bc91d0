/** How the nodes on the canvas stand, from the run: each keeps its identity until something about it changes, so that only it is drawn again. */
import type { StepRun } from '@/api/generated';
import { formatDuration, formatMoney, formatPlural, formatTokensShort } from '@/lib/format';

import type { StepState, StepStates } from '../../shared/step-states';
import { roundsOf } from '../state/words';
import type { LiveRun } from '../state/live-run';
import type { Streamed } from '../state/streamed';

/** The end of a text that is written below its node. */
const tail = 120;

export function stateOf(step: StepRun | undefined, streamed: Streamed | undefined, isLoop: boolean): StepState {
  if (!step) return { status: 'pending' };
  const facts = factsOf(step, isLoop);
  const writes = step.status === 'running' && streamed !== undefined && streamed.text !== '';
  return {
    status: step.status,
    ...(facts === '' ? {} : { facts }),
    ...(writes ? { text: streamed.text.slice(-tail).replaceAll(/\s+/g, ' ').trimStart() } : {}),
  };
}

/** Nothing that moves by itself: a clock on each of a thousand nodes would paint them all each second. */
function factsOf(step: StepRun, isLoop: boolean): string {
  if (step.status === 'reused') return 'taken over at no cost';
  const facts: string[] = [];
  const rounds = roundsOf(step, isLoop);
  if (rounds !== null) facts.push(rounds);
  if (step.tries > 1) facts.push(formatPlural(step.tries, 'try', 'tries'));
  if (step.startedAt !== undefined && step.finishedAt !== undefined)
    facts.push(formatDuration(step.finishedAt - step.startedAt));
  if (step.tokens > 0) facts.push(`${formatTokensShort(step.tokens)} tokens`);
  if (step.costNanoUsd > 0) facts.push(formatMoney(step.costNanoUsd));
  return facts.join(' · ');
}

const same = (one: StepState, other: StepState): boolean =>
  one.status === other.status && one.facts === other.facts && one.text === other.text;

/** A store as the canvas follows one. Told which nodes stand for which steps; follows those steps and no others. */
export class GraphStates {
  #live: LiveRun;
  #isLoop: (node: string) => boolean;
  #states = new Map<string, StepState>();
  #listeners = new Set<() => void>();
  #stops: (() => void)[] = [];
  #awaited = false;

  constructor(live: LiveRun, isLoop: (node: string) => boolean) {
    this.#live = live;
    this.#isLoop = isLoop;
  }

  get = (): StepStates => this.#states;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A node and the key of the step that it stands for, each. */
  show(stands: readonly (readonly [node: string, key: string])[]): void {
    this.stop();
    for (const [node, key] of stands) {
      const look = () => this.#set(node, stateOf(this.#live.step(key), this.#live.text(key), this.#isLoop(node)));
      look();
      this.#stops.push(this.#live.followStep(key, look), this.#live.followText(key, look));
    }
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #set(node: string, next: StepState): void {
    const before = this.#states.get(node);
    if (before && same(before, next)) return;
    this.#states.set(node, next);
    // Once for all that came in the same moment.
    if (this.#awaited) return;
    this.#awaited = true;
    setTimeout(() => {
      this.#awaited = false;
      for (const listener of [...this.#listeners]) listener();
    }, 16);
  }
}
