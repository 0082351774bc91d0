/** What each state of the Ollama on this computer is called, and the buttons that fit it. No requests, no React. */
import type { Notice, OllamaFailure, OllamaState, PortHolder } from '@/api/generated';
import type { Tone } from '@/components/status-dot';
import { formatBytes } from '@/lib/format';

export type OllamaVerb = 'start' | 'stop' | 'restart' | 'look' | 'trust' | 'use' | 'choose' | 'install';

export interface OllamaWords {
  tone: Tone;
  /** What is so. */
  title: string;
  /** What follows from it, or what to do. */
  note?: string;
  /** What can be done, the likeliest first; at most three. */
  verbs: readonly OllamaVerb[];
  /** It is under way: nothing to decide. */
  busy?: boolean;
}

export const verbWords: Record<OllamaVerb, string> = {
  start: 'Start Ollama',
  stop: 'Stop',
  restart: 'Restart',
  look: 'Look again',
  trust: 'Use it',
  use: 'Use Ollama',
  choose: 'Choose program…',
  install: 'How to install it',
};

export const installGuide = 'https://ollama.com/download';

/** `waitMs` is what is left of the pause before the next start. */
export function ollamaWords(state: OllamaState, waitMs = 0): OllamaWords {
  switch (state.type) {
    case 'off':
      return {
        tone: 'neutral',
        title: 'Ollama is switched off',
        note: 'Web+ runs without it; the built-in engine and cloud providers go on as they are.',
        verbs: ['use'],
      };
    case 'looking':
      return { tone: 'info', title: 'Looking for Ollama', verbs: [], busy: true };
    case 'absent':
      return {
        tone: 'neutral',
        title: 'Ollama isn’t on this computer',
        note: 'You don’t need it: the built-in engine runs models too. With Ollama you have its library of models as well.',
        verbs: ['look', 'install', 'choose'],
      };
    case 'installed':
      return {
        tone: 'neutral',
        title: `Ollama${versionOf(state.version)} is installed and not running`,
        note: state.service
          ? 'It has a service or an application of its own, which is started rather than a second one beside it.'
          : 'Web+ starts one of its own, for this computer only, and ends it with itself.',
        verbs: ['start', 'look'],
      };
    case 'unsure':
      return {
        tone: 'warning',
        title: 'Something answers as Ollama, and it isn’t yours',
        note: `At ${placeOf(state.address)} answers${state.version === null ? ' an Ollama' : ` Ollama ${state.version}`}, run by ${holderWords(state.holder)}. Nothing that you write is sent to it before you say yes.`,
        verbs: ['trust', 'look'],
      };
    case 'starting':
      return {
        tone: 'info',
        title: state.attempt > 1 ? `Starting Ollama again, try ${state.attempt}` : 'Starting Ollama',
        verbs: ['stop'],
        busy: true,
      };
    case 'ready':
      return {
        tone: state.notices.some(({ code }) => noticeTone(code) === 'danger') ? 'warning' : 'success',
        title: `Ollama ${state.version} is running`,
        note:
          state.ownership === 'owned'
            ? 'Web+ started it, and it ends with Web+.'
            : 'It was running already. Web+ uses it and never stops it.',
        verbs: state.ownership === 'owned' ? ['restart', 'stop'] : ['look'],
      };
    case 'waiting':
      return {
        tone: 'warning',
        title:
          waitMs > 0
            ? `Ollama ended; it is started again in ${Math.ceil(waitMs / 1000)} s`
            : 'Ollama ended; it is started again',
        note: state.message,
        verbs: ['start', 'stop'],
      };
    case 'failed':
      return {
        tone: 'danger',
        title: failures[state.failure].title,
        note: state.message,
        verbs: failures[state.failure].verbs,
      };
    case 'lost':
      return {
        tone: 'warning',
        title: `The Ollama at ${placeOf(state.address)} is gone`,
        note: state.message,
        verbs: ['look', 'start'],
      };
    case 'stopping':
      return { tone: 'info', title: 'Stopping Ollama', note: 'Its models leave memory first.', verbs: [], busy: true };
  }
}

const failures: Record<OllamaFailure, { title: string; verbs: readonly OllamaVerb[] }> = {
  missing: { title: 'Ollama’s program isn’t there', verbs: ['choose', 'look', 'install'] },
  not_executable: { title: 'Ollama’s program may not be run', verbs: ['look', 'choose'] },
  wrong_architecture: { title: 'Ollama’s program is made for another computer', verbs: ['choose', 'install'] },
  blocked: { title: 'The system doesn’t let Ollama run', verbs: ['start', 'choose'] },
  port_held: { title: 'Ollama’s port is taken', verbs: ['start', 'look'] },
  folder: { title: 'Ollama can’t use its folder', verbs: ['start'] },
  disk_full: { title: 'Ollama stopped: the disk is full', verbs: ['start'] },
  crashed: { title: 'Ollama ended again and again', verbs: ['start'] },
  not_answering: { title: 'Ollama doesn’t answer', verbs: ['restart', 'look'] },
  driver_hang: { title: 'Ollama hangs in a driver', verbs: ['look'] },
};

/** "127.0.0.1:11434". */
export const placeOf = (address: string): string => address.replace(/^https?:\/\//, '').replace(/\/$/, '');

const versionOf = (version: string | null): string => (version === null ? '' : ` ${version}`);

export function holderWords({ pid, program, user, service }: PortHolder): string {
  if (service !== null) return `the service ${service}${user === null ? '' : ` of the user ${user}`}`;
  if (program !== null) {
    const facts = [pid === null ? null : `process ${pid}`, user === null ? null : `user ${user}`].filter(Boolean);
    return `${program}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
  }
  return user === null ? 'another program' : `a program of the user ${user}`;
}

const dangers: readonly Notice['code'][] = ['outdated'];
const warnings: readonly Notice['code'][] = ['gpu_lost', 'retrying', 'clamped'];

export function noticeTone(code: Notice['code']): Tone {
  return dangers.includes(code) ? 'danger' : warnings.includes(code) ? 'warning' : 'info';
}

/** "CUDA · NVIDIA GeForce RTX 4090 · 23.1 GB free of 25.4 GB". */
export function deviceWords({
  name,
  library,
  total,
  free,
}: {
  name: string;
  library: string;
  total: number;
  free: number;
}): string {
  const isSame = name.toLowerCase() === library.toLowerCase();
  const title = isSame ? (library.toLowerCase() === 'cpu' ? 'Processor' : library) : `${name} (${library})`;
  return total === 0 ? title : `${title}, ${formatBytes(free)} free of ${formatBytes(total)}`;
}
