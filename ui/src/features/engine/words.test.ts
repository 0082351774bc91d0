import { expect, it } from 'vitest';

import type { OllamaState } from '@/api/generated';

import { deviceWords, holderWords, noticeTone, ollamaWords, placeOf } from './words';

const ready = {
  type: 'ready',
  address: 'http://127.0.0.1:40713',
  version: '0.33.0',
  pid: 1,
  folder: null,
  devices: [],
  notices: [],
} as const;
const owned: OllamaState = { ...ready, ownership: 'owned', devices: [], notices: [] };
const nobody = { pid: null, program: null, user: null, service: null };

const states: OllamaState[] = [
  { type: 'off' },
  { type: 'looking' },
  { type: 'absent', searched: [] },
  { type: 'installed', program: '/usr/bin/ollama', version: '0.33.0', service: false },
  { type: 'unsure', address: 'http://127.0.0.1:11434', version: null, holder: nobody },
  { type: 'starting', attempt: 1 },
  owned,
  { type: 'waiting', attempt: 2, afterMs: 5000, message: 'It ended.', log: [] },
  { type: 'failed', failure: 'crashed', message: 'It ended again.', log: [] },
  { type: 'lost', address: 'http://127.0.0.1:11434', message: 'It is gone.' },
  { type: 'stopping' },
];

it('has a title for every state, and a button unless it is under way', () => {
  for (const state of states) {
    const { title, verbs, busy } = ollamaWords(state);
    expect(title).toContain('Ollama');
    expect(verbs.length > 0 || busy === true, state.type).toBe(true);
    expect(verbs.length).toBeLessThanOrEqual(3);
  }
});

it('never offers to stop what somebody else started', () => {
  expect(ollamaWords(owned).verbs).toEqual(['restart', 'stop']);
  const { verbs, note } = ollamaWords({ ...owned, ownership: 'adopted' });
  expect(verbs).toEqual(['look']);
  expect(note).toContain('never stops it');
});

it('says when the next start comes', () => {
  const waiting: OllamaState = { type: 'waiting', attempt: 2, afterMs: 5000, message: '', log: [] };
  expect(ollamaWords(waiting, 4200).title).toContain('in 5 s');
  expect(ollamaWords(waiting).title).not.toContain(' in ');
});

it('names who holds the port as well as that is known', () => {
  expect(holderWords({ ...nobody, service: 'ollama.service' })).toBe('the service ollama.service');
  expect(holderWords({ ...nobody, program: '/opt/x', pid: 12, user: 'bob' })).toBe('/opt/x (process 12, user bob)');
  expect(holderWords({ ...nobody, user: 'bob' })).toBe('a program of the user bob');
  expect(holderWords(nobody)).toBe('another program');
});

it('says what it computes with, and where it is', () => {
  expect(deviceWords({ name: 'RTX 4070', library: 'CUDA', total: 12e9, free: 8e9 })).toBe(
    'RTX 4070 (CUDA), 8.0 GB free of 12.0 GB',
  );
  expect(deviceWords({ name: 'cpu', library: 'cpu', total: 0, free: 0 })).toBe('Processor');
  expect(placeOf('http://127.0.0.1:11434/')).toBe('127.0.0.1:11434');
  expect([noticeTone('outdated'), noticeTone('gpu_lost'), noticeTone('phones_out')]).toEqual([
    'danger',
    'warning',
    'info',
  ]);
});
