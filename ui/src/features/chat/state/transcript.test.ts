import { expect, it, vi } from 'vitest';

import type { Client } from '@/api/client';
import type { Conversation, MessageView } from '@/api/generated';

import { Transcript } from './transcript';

const conversation: Conversation = {
  id: 'c', title: 'A chat', mainThreadId: 't', systemPrompt: '', parameters: {}, draft: '', createdAt: 0, updatedAt: 0,
}; // prettier-ignore

function message(id: string, parentId: string | undefined, changes: Partial<MessageView> = {}): MessageView {
  return {
    id, conversationId: 'c', seq: 1, role: id.startsWith('u') ? 'user' : 'assistant', status: 'succeeded', blocks: [], text: id,
    reasoning: '', rev: 0, siblings: [id], createdAt: 0, ...(parentId === undefined ? {} : { parentId }), ...changes,
  }; // prettier-ignore
}

async function opened(answers: Record<string, unknown> = {}) {
  const items = [message('u1', undefined), message('a1', 'u1'), message('u2', 'a1'), message('a2', 'u2')];
  const known: Record<string, unknown> = {
    'conversation/get': { conversation, threads: [], messages: { items, hasMore: false } },
    'thread/list': [{ id: 't', conversationId: 'c', name: 'main', headId: 'a2' }],
    ...answers,
  };
  const call = vi.fn(async (method: string) => {
    if (known[method] instanceof Error) throw known[method];
    return known[method];
  });
  const transcript = new Transcript({ call } as unknown as Client, 'c');
  await transcript.load();
  return { transcript, call, ids: () => transcript.thread.get().ids.join(' ') };
}

it('opens with the newest page', async () => {
  const { transcript, ids } = await opened();
  expect([transcript.phase.get().type, ids(), transcript.message('a2')?.view.text]).toEqual([
    'ready',
    'u1 a1 u2 a2',
    'a2',
  ]);
});

it('a message that another window sent goes to the end', async () => {
  const { transcript, ids } = await opened();
  transcript.take({ type: 'message.changed', message: message('u3', 'a2') });
  transcript.take({ type: 'message.changed', message: message('a3', 'u3', { status: 'running' }) });
  expect(ids()).toBe('u1 a1 u2 a2 u3 a3');
});

it('an edit or another answer takes the place of what it is the sibling of, and of all below', async () => {
  const { transcript, ids } = await opened();
  transcript.take({ type: 'message.changed', message: message('u2b', 'a1') });
  transcript.take({ type: 'message.changed', message: message('a2b', 'u2b', { status: 'running' }) });
  expect(ids()).toBe('u1 a1 u2b a2b');
  transcript.take({ type: 'message.changed', message: message('u1b', undefined) });
  expect(ids()).toBe('u1b');
});

it('an answer that ended in a branch that isn’t shown changes nothing', async () => {
  const { transcript, ids } = await opened();
  transcript.take({ type: 'message.changed', message: message('a1b', 'u1') });
  transcript.take({ type: 'message.changed', message: message('a9', 'u9') });
  expect(ids()).toBe('u1 a1 u2 a2');
});

it('follows another window that chose a sibling', async () => {
  const page = { items: [message('u1', undefined), message('a1b', 'u1', { siblings: ['a1', 'a1b'] })], hasMore: false };
  const { transcript, ids } = await opened({
    'thread/list': [{ id: 't', conversationId: 'c', name: 'main', headId: 'a1b' }],
    'message/list': page,
  });
  transcript.take({ type: 'conversation.changed', conversation });
  await vi.waitFor(() => expect(ids()).toBe('u1 a1b'));
});

it('older messages come before what is loaded, which stays when a sibling is chosen', async () => {
  const { transcript, ids } = await opened({
    'conversation/get': {
      conversation,
      threads: [],
      messages: { items: [message('u2', 'a1'), message('a2', 'u2')], hasMore: true },
    },
    'message/list': { items: [message('u1', undefined), message('a1', 'u1')], hasMore: false },
    'message/select': { items: [message('u2', 'a1'), message('a2b', 'u2')], hasMore: true },
  });
  await transcript.loadOlder();
  expect([ids(), transcript.thread.get().hasMore]).toEqual(['u1 a1 u2 a2', false]);
  await transcript.select('a2b');
  expect([ids(), transcript.thread.get().hasMore]).toEqual(['u1 a1 u2 a2b', false]);
});

it('a change that is refused is taken back', async () => {
  const { transcript } = await opened({ 'conversation/update': new Error('no') });
  const refused = transcript.update({ title: 'Other' });
  expect(transcript.conversation.get()?.title).toBe('Other');
  await expect(refused).rejects.toThrow();
  expect(transcript.conversation.get()?.title).toBe('A chat');
});

it('a deleted conversation says so, and comes back by itself when it is restored', async () => {
  const { transcript } = await opened();
  transcript.take({ type: 'conversation.removed', id: 'c' });
  expect(transcript.phase.get().type).toBe('removed');
  transcript.take({ type: 'conversation.changed', conversation });
  expect(transcript.phase.get().type).toBe('ready');
});

it('an answer that ends while it is opened has ended', async () => {
  let answer: (page: unknown) => void = () => undefined;
  const call = () => new Promise((resolve) => (answer = resolve));
  const transcript = new Transcript({ call } as unknown as Client, 'c');
  const loading = transcript.load();
  transcript.take({ type: 'message.changed', message: message('a1', 'u1', { text: 'all of it' }) });
  const items = [message('u1', undefined), message('a1', 'u1', { status: 'running', text: 'all' })];
  answer({ conversation, threads: [], messages: { items, hasMore: false } });
  await loading;
  expect(transcript.message('a1')?.view).toMatchObject({ status: 'succeeded', text: 'all of it' });
});
