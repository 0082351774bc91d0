/** The chat that isn't one yet: what is chosen and typed before the first message makes it. It belongs to this window. */
import type { Parameters as Sampling } from '@/api/generated';
import { windowStorage } from '@/lib/storage';
import { createStore } from '@/lib/store';

export interface FreshChat {
  /** Absent: what is preferred. */
  model?: string;
  systemPrompt: string;
  parameters: Partial<Sampling>;
}

const nothing: FreshChat = { systemPrompt: '', parameters: {} };

export const freshChat = createStore<FreshChat>(nothing);

export const freshDraft = {
  get: () => windowStorage().get('chat.draft') ?? '',
  set: (text: string) => windowStorage().set('chat.draft', text),
};

export const lastModel = {
  get: () => windowStorage().get('chat.model'),
  set: (model: string) => windowStorage().set('chat.model', model),
};

/** It has become a conversation. */
export function forgetFreshChat(): void {
  freshChat.set(nothing);
  freshDraft.set('');
}
