/** Hooks on the stores of an opened conversation. */
import { createContext, useContext, useSyncExternalStore } from 'react';

import type { ApiError } from '@/api/error';
import { createStore, type Store } from '@/lib/store';

import type { LiveMessage, Shown } from './live-message';
import type { Transcript } from './transcript';

export function useShown(message: LiveMessage): Shown {
  return useSyncExternalStore(message.subscribe, message.get);
}

/** What didn't work, and beside which message (or in the composer). */
export interface Trouble {
  at: string;
  error: ApiError;
}

/** What the parts of one opened conversation share. */
export interface Chat {
  transcript: Transcript;
  /** The message that is being edited. */
  editing: Store<string | null>;
  trouble: Store<Trouble | null>;
  /** Whether the model picker is open, and for which answer; null chooses for the next turn. */
  picker: Store<{ open: boolean; regenerate: string | null }>;
  /** Does it and shows beside `at` what went wrong. */
  attempt: (at: string, work: Promise<unknown>) => void;
  focusComposer: () => void;
  openSettings: () => void;
}

export function createChat(transcript: Transcript, openSettings: () => void): Chat {
  const trouble = createStore<Trouble | null>(null);
  return {
    transcript,
    editing: createStore<string | null>(null),
    trouble,
    picker: createStore<{ open: boolean; regenerate: string | null }>({ open: false, regenerate: null }),
    attempt(at, work) {
      trouble.set(null);
      work.catch((error: unknown) => trouble.set({ at, error: error as ApiError }));
    },
    focusComposer: () => document.querySelector<HTMLElement>('[data-composer]')?.focus(),
    openSettings,
  };
}

export const ChatContext = createContext<Chat | null>(null);

export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('useChat outside of ChatContext');
  return chat;
}
