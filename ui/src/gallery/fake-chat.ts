/** A conversation in which pipelines were run: `gallery.html?at=/chat/c1`. */
import type { Conversation, MessageRun, MessageView } from '@/api/generated';

import { blocks } from './fake-values';

const now = Date.now();

const conversation: Conversation = {
  id: 'c1',
  title: 'Good morning, everybody',
  mainThreadId: 't1',
  systemPrompt: '',
  parameters: {},
  draft: '',
  createdAt: now - 600_000,
  updatedAt: now - 5_000,
};

const message = (id: number, more: Partial<MessageView>): MessageView => ({
  id: `m${id}`,
  conversationId: 'c1',
  ...(id > 1 ? { parentId: `m${id - 1}` } : {}),
  seq: id,
  role: id % 2 === 1 ? 'user' : 'assistant',
  status: 'succeeded',
  blocks: [],
  text: '',
  reasoning: '',
  rev: 1,
  siblings: [],
  createdAt: now - 600_000 + id * 1000,
  ...more,
});
const run = (id: string, name: string, over = true): MessageRun => ({ id, name, over });
const said = (text: string) => ({ text });

const messages: MessageView[] = [
  message(1, said('/run Translate Good morning, everybody')),
  message(2, { run: run('r4', 'Translate'), blocks, text: 'Guten Morgen zusammen' }),
  message(3, said('/run Code Factory Make the sum safe against overflow')),
  message(4, {
    run: run('r3', 'Code Factory'),
    status: 'failed',
    errorMessage: 'hooks.example.net answered with 503 three times. Look whether it runs, then run again from there.',
  }),
  message(5, said('/run Release notes')),
  message(6, { run: run('r5', 'Release notes'), status: 'cancelled', errorMessage: 'The run was cancelled.' }),
  message(7, said('/run Tidy up\nThe folder with the drafts,\nand nothing that is newer than a month')),
  message(8, { run: run('r6', 'Tidy up') }),
  message(9, said('/run Release notes Since the last tag')),
  message(10, { run: run('r2', 'Release notes', false), status: 'running' }),
];

/** The answer to a question about conversations; undefined for every other. */
export function answerChat(method: string, _params: unknown, wanted: URLSearchParams): unknown {
  switch (method) {
    case 'conversation/get':
      return { conversation, threads: [], messages: { items: messages, hasMore: false } };
    case 'conversation/list':
      return wanted.get('at')?.startsWith('/chat/') === true ? { items: [conversation] } : undefined;
    case 'message/list':
      return { items: messages, hasMore: false };
    case 'message/get':
      return messages.at(-1);
    case 'thread/list':
      return [];
    case 'context/measure':
      return { used: 120, limit: 8192, context: 8192, leftOut: [] };
    default:
      return undefined;
  }
}
