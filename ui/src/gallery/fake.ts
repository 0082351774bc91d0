/** The whole page over a transport that only answers: `gallery.html?at=/models&ollama=failed&jobs=yes`. */
import { ApiError } from '@/api/error';
import type { Transport } from '@/api/transport';

import { answers, ollamaStates } from './fake-answers';
import { answerBuilder } from './fake-builder';
import { answerChat } from './fake-chat';
import { answerKept } from './fake-kept';
import { jobs, manyModels } from './fake-models';
import { answerRuns } from './fake-runs';

export function fakeTransport(wanted: URLSearchParams): Transport {
  const own: Record<string, unknown> = {};
  const state = ollamaStates[wanted.get('ollama') ?? ''];
  if (state) own['ollama/state'] = state;
  if (wanted.has('jobs')) own['job/list'] = jobs;
  const count = Number(wanted.get('models') ?? Number.NaN);
  if (!Number.isNaN(count)) own['model/list'] = { models: manyModels(count), problems: [] };
  const fails = wanted.getAll('fails');
  const waits = wanted.getAll('waits');
  return {
    call(method, params) {
      if (waits.includes(method)) return new Promise(() => undefined);
      if (fails.includes(method)) {
        return Promise.reject(
          new ApiError({
            code: 'provider_unreachable',
            message: 'It doesn’t answer. Look whether it runs, then try again.',
            traceId: '0192f3c1',
          }),
        );
      }
      // Asked inside of a promise: what is refused rejects it.
      return Promise.resolve().then(
        () =>
          own[method] ??
          answerChat(method, params, wanted) ??
          answerKept(method, params, wanted) ??
          answerRuns(method, params, wanted) ??
          answerBuilder(method, params, wanted) ??
          answers[method] ??
          {},
      );
    },
    subscribe(_onEnvelope, onState) {
      onState({ type: 'open' });
      return () => undefined;
    },
  };
}
