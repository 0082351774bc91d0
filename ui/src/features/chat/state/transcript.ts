/**
 * An opened conversation: itself, the shown thread as far as it is loaded, and what can be done with it. It follows events, so that two
 * windows on one conversation agree. What a call answers is shown at once; events bring the same and what others did.
 */
import type { Client } from '@/api/client';
import { toApiError, type ApiError } from '@/api/error';
import type { Conversation, MessagePage, MessageSent, MessageView } from '@/api/generated';
import type { AppEvent } from '@/api/transport';
import { createStore } from '@/lib/store';

import { LiveMessage } from './live-message';
import { asRun } from './run-command';

export type Phase = { type: 'loading' } | { type: 'ready' } | { type: 'failed'; error: ApiError } | { type: 'removed' };
export type Older = { type: 'idle' } | { type: 'loading' } | { type: 'failed'; error: ApiError };

/** The shown thread as far as it is loaded, oldest first. */
export interface Thread {
  ids: readonly string[];
  /** Whether older ones exist. */
  hasMore: boolean;
}

/** Long enough that the events of one verb have all come. */
const settleMs = 80;

export class Transcript {
  readonly id: string;
  readonly phase = createStore<Phase>({ type: 'loading' });
  readonly conversation = createStore<Conversation | null>(null);
  readonly thread = createStore<Thread>({ ids: [], hasMore: false });
  readonly older = createStore<Older>({ type: 'idle' });
  /** Rises with everything that may change what the next turn sends. */
  readonly contents = createStore(0);
  #client: Client;
  #messages = new Map<string, LiveMessage>();
  /** What ended while the first answer was under way, which may still show it running. */
  #endedEarly = new Map<string, MessageView>();
  #loading: Promise<void> | null = null;
  #stale = true;
  #check: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, id: string) {
    this.#client = client;
    this.id = id;
  }

  message(id: string): LiveMessage | undefined {
    return this.#messages.get(id);
  }

  last(): LiveMessage | undefined {
    const id = this.thread.get().ids.at(-1);
    return id === undefined ? undefined : this.#messages.get(id);
  }

  /** Fetches it, unless what is here is known to be the truth. */
  load(): Promise<void> {
    if (!this.#stale) return Promise.resolve();
    this.#loading ??= this.#fetch().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Events were missed. */
  outdated(): void {
    this.#stale = true;
    if (this.phase.get().type !== 'loading') void this.load();
  }

  async #fetch(): Promise<void> {
    if (this.phase.get().type === 'failed') this.phase.set({ type: 'loading' });
    const before = new Map([...this.#messages].map(([id, message]) => [id, message.generation]));
    this.#endedEarly.clear();
    try {
      const { conversation, messages } = await this.#client.call('conversation/get', { id: this.id });
      this.conversation.set(conversation);
      // An event that came meanwhile knows better than the answer.
      this.#show(messages, (id) => before.get(id) === this.#messages.get(id)?.generation);
      for (const [id, view] of this.#endedEarly) this.#messages.get(id)?.replace(view);
      this.#stale = false;
      this.phase.set(conversation.deletedAt === undefined ? { type: 'ready' } : { type: 'removed' });
    } catch (thrown) {
      // What is shown already stays; only an empty place shows why.
      if (this.phase.get().type !== 'ready') this.phase.set({ type: 'failed', error: toApiError(thrown) });
    }
  }

  async loadOlder(): Promise<void> {
    const { ids, hasMore } = this.thread.get();
    const [before] = ids;
    if (!hasMore || before === undefined || this.older.get().type === 'loading') return;
    this.older.set({ type: 'loading' });
    try {
      const page = await this.#client.call('message/list', { conversationId: this.id, before });
      const now = this.thread.get();
      if (now.ids[0] === before) {
        for (const view of page.items) this.#take(view, false);
        this.thread.set({ ids: [...page.items.map((view) => view.id), ...now.ids], hasMore: page.hasMore });
      }
      this.older.set({ type: 'idle' });
    } catch (thrown) {
      this.older.set({ type: 'failed', error: toApiError(thrown) });
    }
  }

  async send(text: string, model: string | undefined): Promise<void> {
    const run = asRun(text);
    this.adopt(
      run === null
        ? await this.#client.call('message/send', {
            conversationId: this.id,
            text,
            ...(model === undefined ? {} : { model }),
          })
        : await this.#client.call('message/run', { conversationId: this.id, text: run }),
    );
  }

  async regenerate(id: string, model?: string): Promise<void> {
    this.adopt(await this.#client.call('message/regenerate', { id, ...(model === undefined ? {} : { model }) }));
  }

  async edit(id: string, text: string): Promise<void> {
    this.adopt(await this.#client.call('message/edit', { id, text }));
  }

  async resume(id: string): Promise<void> {
    this.adopt(await this.#client.call('message/continue', { id }));
  }

  async stopRun(id: string): Promise<void> {
    await this.#client.call('run/cancel', { id });
  }

  async stop(): Promise<void> {
    const last = this.last();
    if (last?.view.status === 'running') await this.#client.call('message/stop', { id: last.id });
  }

  async select(id: string): Promise<void> {
    this.#show(await this.#client.call('message/select', { id }));
  }

  /** Changes the conversation here first; what the call answers or an event says comes after. */
  async update(changes: Partial<Pick<Conversation, 'title' | 'model' | 'systemPrompt' | 'parameters'>>): Promise<void> {
    const before = this.conversation.get();
    if (before) this.conversation.set({ ...before, ...changes });
    try {
      this.conversation.set(await this.#client.call('conversation/update', { id: this.id, ...changes }));
      this.#changed();
    } catch (thrown) {
      this.conversation.set(before);
      throw thrown;
    }
  }

  /** What sending made. */
  adopt({ conversation, messages }: MessageSent): void {
    this.conversation.set(conversation);
    for (const view of messages) {
      if (!this.#messages.has(view.id)) this.#place(view);
    }
    if (this.phase.get().type === 'loading' && this.#loading === null) this.phase.set({ type: 'ready' });
    this.#changed();
  }

  take(event: AppEvent): void {
    switch (event.type) {
      case 'conversation.changed':
        this.conversation.set(event.conversation);
        if (this.phase.get().type === 'removed') this.phase.set({ type: 'ready' });
        this.#changed();
        this.#checkSoon();
        break;
      case 'conversation.removed':
        this.phase.set({ type: 'removed' });
        break;
      case 'message.changed': {
        const known = this.#messages.get(event.message.id);
        if (known) known.replace(event.message);
        else this.#place(event.message);
        if (this.#loading !== null && event.message.status !== 'running') {
          this.#endedEarly.set(event.message.id, event.message);
        }
        this.#changed();
        break;
      }
      case 'message.delta':
        this.#messages.get(event.messageId)?.delta(event);
        break;
      case 'message.progress':
        this.#messages.get(event.messageId)?.progress(event.progress);
        break;
      default:
    }
  }

  /** Shows a page as the newest part of the thread; older ones that lead to it stay. */
  #show(page: MessagePage, isTruth: (id: string) => boolean = () => false): void {
    for (const view of page.items) this.#take(view, isTruth(view.id));
    const { ids, hasMore } = this.thread.get();
    const [first] = page.items;
    const same = first ? ids.indexOf(first.id) : -1;
    const parent = first?.parentId === undefined ? -1 : ids.indexOf(first.parentId);
    const kept = same >= 0 ? same : parent + 1;
    this.thread.set({
      ids: [...ids.slice(0, kept), ...page.items.map((view) => view.id)],
      hasMore: kept > 0 ? hasMore : page.hasMore,
    });
    this.#changed();
  }

  /** A message that this page hasn't seen: at the end, or as the sibling of one that is shown. */
  #place(view: MessageView): void {
    const { ids, hasMore } = this.thread.get();
    const at = view.parentId === undefined ? -1 : ids.indexOf(view.parentId);
    if (view.parentId !== undefined && at < 0) return;
    const isNewest = at === ids.length - 1;
    // An answer in another branch that ended isn't what is shown here.
    if (!isNewest && view.role === 'assistant' && view.status !== 'running') return;
    this.#take(view, true);
    this.thread.set({ ids: [...ids.slice(0, at + 1), view.id], hasMore: at < 0 ? false : hasMore });
  }

  #take(view: MessageView, truth: boolean): void {
    const known = this.#messages.get(view.id);
    if (!known) {
      const fetch = (id: string) => this.#client.call('message/get', { id });
      this.#messages.set(view.id, new LiveMessage(view, { fetch }));
    } else if (truth) known.replace(view);
    else known.offer(view);
  }

  #changed(): void {
    this.contents.set(this.contents.get() + 1);
  }

  /** Another window may have chosen another sibling, which only the head of the thread tells. */
  #checkSoon(): void {
    clearTimeout(this.#check);
    this.#check = setTimeout(() => void this.#checkHead(), settleMs);
  }

  async #checkHead(): Promise<void> {
    if (this.phase.get().type !== 'ready') return;
    try {
      const threads = await this.#client.call('thread/list', { conversationId: this.id });
      const main = threads.find((thread) => thread.id === this.conversation.get()?.mainThreadId);
      if (main && main.headId !== this.thread.get().ids.at(-1)) {
        this.#show(await this.#client.call('message/list', { conversationId: this.id }));
      }
    } catch {
      // The next event looks again.
    }
  }
}
