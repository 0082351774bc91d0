/** The conversations that were opened lately stay open, so that going back to one is instant; all of them follow one line of events. */
import { useEffect, useMemo } from 'react';

import type { Client } from '@/api/client';
import type { MessageSent } from '@/api/generated';
import { useClient } from '@/api/query';
import type { AppEvent } from '@/api/transport';

import { Transcript } from './transcript';

const kept = 8;
const byClient = new WeakMap<Client, Transcripts>();

export class Transcripts {
  #client: Client;
  #open = new Map<string, Transcript>();

  constructor(client: Client) {
    this.#client = client;
    client.onEvent((event) => {
      const id = conversationOf(event);
      if (id !== null) this.#open.get(id)?.take(event);
    });
    client.onResync(() => {
      for (const transcript of this.#open.values()) transcript.outdated();
    });
  }

  open(id: string): Transcript {
    const found = this.#open.get(id) ?? new Transcript(this.#client, id);
    // The order of the map is the order of use.
    this.#open.delete(id);
    this.#open.set(id, found);
    for (const [oldest] of this.#open) {
      if (this.#open.size <= kept) break;
      this.#open.delete(oldest);
    }
    return found;
  }

  /** A conversation that sending has begun: it is shown at once and fetched behind that, because its first events came before it was open. */
  begun(sent: MessageSent): Transcript {
    const transcript = this.open(sent.conversation.id);
    transcript.adopt(sent);
    return transcript;
  }
}

export function transcriptsOf(client: Client): Transcripts {
  let found = byClient.get(client);
  if (!found) byClient.set(client, (found = new Transcripts(client)));
  return found;
}

export function useTranscript(id: string | undefined): Transcript | null {
  const client = useClient();
  const transcript = useMemo(() => (id === undefined ? null : transcriptsOf(client).open(id)), [client, id]);
  useEffect(() => {
    void transcript?.load();
  }, [transcript]);
  return transcript;
}

function conversationOf(event: AppEvent): string | null {
  switch (event.type) {
    case 'conversation.changed':
      return event.conversation.id;
    case 'conversation.removed':
      return event.id;
    case 'message.changed':
      return event.message.conversationId;
    case 'message.delta':
    case 'message.progress':
      return event.conversationId;
    default:
      return null;
  }
}
