/**
 * One message as it is shown, outside React's tree: deltas are folded as they come and painted a few times a second, and only what shows
 * this message is told. A gap in the revisions means that something was missed: the message is fetched, and what came meanwhile is applied after it.
 */
import type { MessageView, Patch, TurnProgress } from '@/api/generated';

import { applyPatches } from './apply-patch';
import { keptBlocks } from './kept-blocks';

export interface Delta {
  rev: number;
  patches: readonly Patch[];
  text?: string | null | undefined;
  reasoning?: string | null | undefined;
}

/** A message and what only this page knows of it. Times are milliseconds since 1970. */
export interface Shown {
  view: MessageView;
  /** Since when it is being written. */
  since: number;
  /** Since when it thinks; null while it doesn't. */
  thinkingSince: number | null;
  /** How long it thought before it began to answer, where this page saw it. */
  thoughtMs: number | null;
  /** When it is asked again. */
  retryAt: number | null;
  /** What the person should know about this answer. */
  notice: string | null;
}

export interface LiveMessageOptions {
  fetch: (id: string) => Promise<MessageView>;
  /** Calls back when what came may be painted. */
  pace?: (paint: () => void) => void;
  now?: () => number;
}

/**
 * Milliseconds between two paintings of an answer that grows. A painting costs a frame, however little it adds; what comes more often than
 * 16 times a second reads the same.
 */
const paceMs = 60;

/**
 * The first at once, the next when its time has come. In a task and not in an animation frame: what grows is laid out and scrolled to
 * before the frame begins, which then needs no second one to tell the list where it was scrolled.
 */
function createPace(): (paint: () => void) => void {
  let last = -Infinity;
  return (paint) => {
    const due = Math.max(0, last + paceMs - performance.now());
    setTimeout(() => {
      last = performance.now();
      paint();
    }, due);
  };
}

export class LiveMessage {
  readonly id: string;
  #shown: Shown;
  #painted: Shown;
  #listeners = new Set<() => void>();
  #awaited = false;
  /** Deltas that came while the message is being fetched. */
  #waiting: Delta[] | null = null;
  #generation = 0;
  #options: Required<LiveMessageOptions>;

  constructor(view: MessageView, options: LiveMessageOptions) {
    this.id = view.id;
    this.#options = { pace: createPace(), now: Date.now, ...options };
    this.#shown = this.#fresh(view);
    this.#painted = this.#shown;
  }

  /** What was painted last. */
  get = (): Shown => this.#painted;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The newest, painted or not. */
  get view(): MessageView {
    return this.#shown.view;
  }

  /** How many times the whole message came: whoever asked before the last of them holds something older. */
  get generation(): number {
    return this.#generation;
  }

  /** The truth, from an event. */
  replace(view: MessageView): void {
    this.#generation += 1;
    this.#waiting = null;
    this.#set(this.#fresh(view));
    this.#paint();
  }

  /** A view from a call's answer: older than what events said meanwhile, perhaps. */
  offer(view: MessageView): void {
    const mine = this.#shown.view;
    const stale = view.status === 'running' && (mine.status !== 'running' || mine.rev >= view.rev);
    if (!stale) this.replace(view);
  }

  delta(delta: Delta): void {
    if (this.#waiting) {
      this.#waiting.push(delta);
      return;
    }
    const { view } = this.#shown;
    if (delta.rev <= view.rev) return;
    if (delta.rev > view.rev + 1) {
      this.#recover(delta);
      return;
    }
    const reasoning = view.reasoning + (delta.reasoning ?? '');
    const text = view.text + (delta.text ?? '');
    const { progress: _progress, ...rest } = view;
    const now = this.#options.now();
    const thinking = text === '' && reasoning !== '';
    const { thinkingSince } = this.#shown;
    this.#set({
      ...this.#shown,
      view: { ...rest, rev: delta.rev, text, reasoning, blocks: applyPatches(view.blocks, delta.patches) as never },
      thinkingSince: thinking ? (thinkingSince ?? now) : null,
      thoughtMs: !thinking && thinkingSince !== null ? now - thinkingSince : this.#shown.thoughtMs,
      retryAt: null,
    });
    this.#paintSoon();
  }

  progress(progress: TurnProgress): void {
    if (this.#shown.view.status !== 'running') return;
    const notice = progress.type === 'notice';
    this.#set({
      ...this.#shown,
      view: notice ? this.#shown.view : { ...this.#shown.view, progress },
      retryAt: progress.type === 'retrying' ? this.#options.now() + progress.afterMs : null,
      notice: notice ? progress.text : this.#shown.notice,
    });
    this.#paintSoon();
  }

  /** Something was missed: fetches the message anew. */
  #recover(first: Delta | null): void {
    const generation = this.#generation;
    this.#waiting = first ? [first] : [];
    void this.#options
      .fetch(this.id)
      .then((view) => {
        const waiting = this.#waiting;
        if (generation !== this.#generation || waiting === null) return;
        this.replace(view);
        for (const delta of waiting) this.delta(delta);
      })
      // The next delta finds the gap again; the end of the answer brings the whole message.
      .catch(() => {
        if (generation === this.#generation) this.#waiting = null;
      });
  }

  #fresh(view: MessageView): Shown {
    const before = this.#shown as Shown | undefined;
    const running = view.status === 'running';
    const now = this.#options.now();
    const goesOn = before?.view.status === 'running';
    const thinking = running && view.text === '' && view.reasoning !== '';
    const progress = view.progress;
    return {
      view: before ? { ...view, blocks: keptBlocks(before.view.blocks, view.blocks) } : view,
      since: goesOn ? before.since : view.text === '' ? view.createdAt : now,
      thinkingSince: thinking ? (before?.thinkingSince ?? now) : null,
      thoughtMs: before?.thoughtMs ?? null,
      retryAt: progress?.type === 'retrying' ? (before?.retryAt ?? now + progress.afterMs) : null,
      notice: progress?.type === 'notice' ? progress.text : running ? (before?.notice ?? null) : null,
    };
  }

  #set(shown: Shown): void {
    this.#shown = shown;
  }

  #paintSoon(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    this.#options.pace(() => {
      this.#awaited = false;
      this.#paint();
    });
  }

  #paint(): void {
    if (this.#painted === this.#shown) return;
    this.#painted = this.#shown;
    for (const listener of [...this.#listeners]) listener();
  }
}
