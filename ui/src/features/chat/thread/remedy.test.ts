import { expect, it } from 'vitest';

import type { ErrorCode, MessageView } from '@/api/generated';

import { factsOf } from './facts';
import { remedyOf } from './remedy';

const broken = (errorCode: ErrorCode | undefined, changes: Partial<MessageView> = {}): MessageView => ({
  id: 'm', conversationId: 'c', seq: 1, role: 'assistant', status: 'failed', blocks: [], text: '', reasoning: '', rev: 0, model: 'openai/gpt-5',
  siblings: ['m'], createdAt: 0, ...(errorCode === undefined ? {} : { errorCode }), ...changes,
}); // prettier-ignore

it.each([
  ['provider_auth', 'providers'],
  ['keychain_locked', 'providers'],
  ['model_not_found', 'choose-model'],
  ['out_of_memory', 'choose-model'],
  ['context_too_long', 'choose-model'],
  ['model_damaged', 'models'],
  ['engine_unavailable', 'models'],
  ['disk_full', 'models'],
  ['invalid_input', 'chat-settings'],
  ['rate_limited', 'retry'],
  ['provider_unreachable', 'retry'],
  ['engine_failed', 'retry'],
  [undefined, 'retry'],
] as const)('after %s the one button is %s', (code, type) => {
  expect(remedyOf(broken(code)).type).toBe(type);
});

it('what broke off with text is continued, what broke off before it is tried again', () => {
  expect(remedyOf(broken('interrupted', { status: 'interrupted', text: 'so far' })).type).toBe('continue');
  expect(remedyOf(broken('interrupted', { status: 'interrupted' })).type).toBe('retry');
});

it('without a model the button chooses one', () => {
  const { model: _model, ...rest } = broken('invalid_input');
  expect(remedyOf(rest).type).toBe('choose-model');
});

const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 412, reasoning: 0, estimated: false };

it('an unknown price is said to be unknown, and what runs here costs nothing and says nothing', () => {
  const answered = broken(undefined, { status: 'succeeded' });
  const call = { usage, tokensPerSecond: 38, firstTokenMs: 240 };
  expect(factsOf({ ...answered, call })).toEqual([
    'gpt-5',
    '412 tokens',
    '38 tok/s',
    '0.24 s to first',
    'price unknown',
  ]);
  expect(factsOf({ ...answered, call: { ...call, costNanoUsd: 0 } })).not.toContain('price unknown');
  expect(factsOf({ ...answered, call: { ...call, costNanoUsd: 2_100_000 } })).toContain('$0.0021');
});
