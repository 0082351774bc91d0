import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { createClient } from '@/api/client';
import type { Provider } from '@/api/generated';
import { ClientContext, createQueryClient } from '@/api/query';

import { ProviderRow } from './provider-row';

const attic = {
  id: 'a',
  slug: 'attic',
  name: 'Attic',
  kind: 'ollama',
  baseUrl: 'http://10.0.0.2:11434',
  enabled: true,
  keyState: 'not_needed',
  keySource: { type: 'none' },
} as unknown as Provider;

function start(provider: Provider, problems: unknown[]) {
  const answers: Record<string, unknown> = { 'model/list': { models: [], problems }, 'provider/list': [provider] };
  const client = createClient({
    call: (method) => Promise.resolve(answers[method] ?? []),
    subscribe: (_onEnvelope, onState) => {
      onState({ type: 'open' });
      return () => undefined;
    },
  });
  render(
    <ClientContext value={client}>
      <QueryClientProvider client={createQueryClient()}>
        <ul>
          <ProviderRow provider={provider} vendor={undefined} />
        </ul>
      </QueryClientProvider>
    </ClientContext>,
  );
}

it('says that a host answers', async () => {
  start(attic, [{ provider: 'ollama', code: 'provider_unreachable', message: 'Another one is down.' }]);
  await screen.findByText('Answers');
});

it('says that a host is down, and why, before anybody asks it something', async () => {
  start(attic, [{ provider: 'attic', code: 'provider_unreachable', message: 'Nothing answers at 10.0.0.2.' }]);
  await screen.findByText('Doesn’t answer');
  expect(screen.getByTitle('Nothing answers at 10.0.0.2.')).toBeTruthy();
});

it('asks nothing of a host that is switched off', () => {
  start({ ...attic, enabled: false }, []);
  expect(screen.queryByText('Answers')).toBeNull();
});
