/** An answer as it is typed, kept in this window until it is sent; with the key that makes sending it twice the same as once. */
import { windowStorage } from '@/lib/storage';

import type { Typed } from './schema-form';

export interface Draft {
  signalId: string;
  typed: Typed;
}

const nameOf = (run: string, step: string): string => `answer.${run}.${step}`;

export function readDraft(run: string, step: string): Draft | null {
  try {
    const kept: unknown = JSON.parse(windowStorage().get(nameOf(run, step)) ?? 'null');
    const draft = kept as Partial<Draft> | null;
    return typeof draft?.signalId === 'string' && typeof draft.typed === 'object' ? (draft as Draft) : null;
  } catch {
    return null;
  }
}

export function keepDraft(run: string, step: string, draft: Draft): void {
  windowStorage().set(nameOf(run, step), JSON.stringify(draft));
}

export function forgetDraft(run: string, step: string): void {
  windowStorage().set(nameOf(run, step), '');
}

/** 128 random bits; not from `randomUUID`, which a page at another computer's plain http address doesn't have. */
export function newSignalId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
