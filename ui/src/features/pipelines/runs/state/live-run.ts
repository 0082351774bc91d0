/**
 * One run as it is shown, outside React's tree: events are folded as they come, and only what shows a step is told about it. So a graph of a
 * thousand steps paints one of them when one of them moves, and a text that streams paints nothing but itself.
 */
import type { OutsideEffect, Run, RunView, StepRun, StepStatus, ValuePreview, WaitingStep } from '@/api/generated';
import { createStore } from '@/lib/store';

import { keyOf } from './keys';
import { foldDelta, withSnapshot, type Delta, type Streamed } from './streamed';
import { isFinalRun } from './words';

/** What of a run comes only with its whole view. */
export interface Around {
  /** The run's `seq` that this is of: the run itself may have gone further. */
  seq: number;
  definition: unknown;
  inputs: Record<string, unknown>;
  outputs: Record<string, ValuePreview>;
  waiting: readonly WaitingStep[];
  /** What may have happened outside, of one that didn't end well. */
  effects: readonly OutsideEffect[];
}

export interface LiveRunOptions {
  fetch: () => Promise<RunView>;
  /** The rest of the steps of a scope, where the view didn't hold them all. */
  fetchScope: (scope: string) => Promise<readonly StepRun[]>;
  /** Calls back when what came may be told on; by default after so many milliseconds. */
  pace?: (tell: () => void, milliseconds: number) => void;
}

/** Milliseconds between two paintings of a text that streams, and of what shows all steps at once. */
const textMs = 60;
const allMs = 250;
/** Milliseconds that questions for the whole view are held back, so that a burst of changes asks once. */
const askMs = 200;
/** How many steps a view holds at most; where it holds so many, there may be more. */
const viewHolds = 500;

type Listener = () => void;

export class LiveRun {
  readonly run;
  readonly around;
  /** Rises when any step changed, a few times a second at most. */
  readonly version = createStore(0);
  readonly failed = createStore<unknown>(null);
  #steps = new Map<string, StepRun>();
  #texts = new Map<string, Streamed>();
  #painted = new Map<string, Streamed>();
  #stepListeners = new Map<string, Set<Listener>>();
  #textListeners = new Map<string, Set<Listener>>();
  #waitingTexts = new Set<string>();
  #allAwaited = false;
  #asking: { touched: Set<string> } | null = null;
  #askAwaited = false;
  #askAgain = false;
  #scopes = new Set<string>();
  #options: Required<LiveRunOptions>;

  constructor(options: LiveRunOptions) {
    this.#options = { pace: (tell, milliseconds) => void setTimeout(tell, milliseconds), ...options };
    this.run = createStore<Run | null>(null);
    this.around = createStore<Around | null>(null);
  }

  step = (key: string): StepRun | undefined => this.#steps.get(key);

  steps(): readonly StepRun[] {
    return [...this.#steps.values()];
  }

  /** Those of a scope that are known here. */
  inScope(scope: string): readonly StepRun[] {
    return this.steps().filter((step) => step.scope === scope);
  }

  text = (key: string): Streamed | undefined => this.#painted.get(key);

  followStep = (key: string, listener: Listener): (() => void) => follow(this.#stepListeners, key, listener);
  followText = (key: string, listener: Listener): (() => void) => follow(this.#textListeners, key, listener);

  /** Asks for the whole of it; what events say meanwhile is newer than the answer. */
  async load(): Promise<void> {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    const asking = { touched: new Set<string>() };
    this.#asking = asking;
    try {
      const view = await this.#options.fetch();
      this.#offer(view, asking.touched);
      if (view.steps.length >= viewHolds) this.#putAll(await this.#options.fetchScope(''), asking.touched);
      this.failed.set(null);
    } catch (thrown) {
      this.failed.set(thrown);
    } finally {
      this.#answered();
    }
  }

  /** Asks for the inside of an item or an iteration, once; events keep it true. */
  async open(scope: string): Promise<void> {
    if (this.#scopes.has(scope)) return;
    this.#scopes.add(scope);
    const touched = new Set<string>();
    const asking = this.#asking ?? { touched };
    const mine = this.#asking === null;
    if (mine) this.#asking = asking;
    try {
      this.#putAll(await this.#options.fetchScope(scope), asking.touched);
    } catch {
      this.#scopes.delete(scope);
    } finally {
      if (mine) this.#answered();
    }
  }

  /** What was asked for while another answer was awaited is asked for now. */
  #answered(): void {
    this.#asking = null;
    if (!this.#askAgain) return;
    this.#askAgain = false;
    void this.load();
  }

  /** Events were missed: everything that is shown is asked for again. */
  outdated(): void {
    const scopes = [...this.#scopes];
    this.#scopes.clear();
    void this.load().then(() => scopes.forEach((scope) => void this.open(scope)));
  }

  takeRun(run: Run): void {
    const before = this.run.get();
    if (before && run.seq < before.seq) return;
    this.run.set(run);
    const moved = before?.status !== run.status || before.waitReason !== run.waitReason;
    if (moved && (run.status === 'waiting' || before?.status === 'waiting' || isFinalRun(run.status))) this.#askSoon();
  }

  takeStep(step: StepRun): void {
    const key = keyOf(step);
    this.#asking?.touched.add(key);
    const before = this.#steps.get(key);
    this.#put(step);
    if (concernsPeople(before?.status) !== concernsPeople(step.status)) this.#askSoon();
  }

  takeDelta(scope: string, node: string, delta: Delta): void {
    const key = keyOf({ scope, node });
    this.#texts.set(key, foldDelta(this.#texts.get(key), delta));
    this.#paintTextSoon(key);
  }

  /** What a step had said before anybody looked. */
  offerText(key: string, attempt: number, text: string): void {
    this.#texts.set(key, withSnapshot(this.#texts.get(key), attempt, text));
    this.#paintTextSoon(key);
  }

  #offer(view: RunView, touched: ReadonlySet<string>): void {
    const { run, steps, ...around } = view;
    this.#putAll(steps, touched);
    this.around.set({
      seq: run.seq,
      definition: this.around.get()?.definition ?? around.definition,
      inputs: around.inputs,
      outputs: around.outputs ?? {},
      waiting: around.waiting,
      effects: around.effects ?? [],
    });
    const known = this.run.get();
    if (!known || run.seq >= known.seq) this.run.set(run);
  }

  #putAll(steps: readonly StepRun[], touched: ReadonlySet<string>): void {
    for (const step of steps) if (!touched.has(keyOf(step))) this.#put(step);
  }

  #put(step: StepRun): void {
    const key = keyOf(step);
    this.#steps.set(key, step);
    tell(this.#stepListeners, key);
    if (this.#allAwaited) return;
    this.#allAwaited = true;
    this.#options.pace(() => {
      this.#allAwaited = false;
      this.version.set(this.version.get() + 1);
    }, allMs);
  }

  #paintTextSoon(key: string): void {
    if (this.#waitingTexts.has(key)) return;
    this.#waitingTexts.add(key);
    this.#options.pace(() => {
      this.#waitingTexts.delete(key);
      const now = this.#texts.get(key);
      if (now) this.#painted.set(key, now);
      tell(this.#textListeners, key);
    }, textMs);
  }

  #askSoon(): void {
    if (this.#askAwaited) return;
    this.#askAwaited = true;
    this.#options.pace(() => {
      this.#askAwaited = false;
      void this.load();
    }, askMs);
  }
}

/** Whether what the view says about waiting may have changed with it. */
const concernsPeople = (status: StepStatus | undefined): boolean => status === 'waiting' || status === 'ambiguous';

function follow(all: Map<string, Set<Listener>>, key: string, listener: Listener): () => void {
  const listeners = all.get(key) ?? new Set();
  all.set(key, listeners);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) all.delete(key);
  };
}

function tell(all: ReadonlyMap<string, Set<Listener>>, key: string): void {
  for (const listener of [...(all.get(key) ?? [])]) listener();
}
