import { describe, expect, it } from 'vitest';

import { deliveryFacts, formOf, urlProblem } from './topics';

const form = formOf(undefined);

describe('webhooks', () => {
  it('takes encrypted addresses, and this computer’s only where that is meant', () => {
    expect(urlProblem({ ...form, url: 'https://example.net/hook' })).toBeNull();
    expect(urlProblem({ ...form, url: 'http://example.net/hook' })).toContain('encryption');
    expect(urlProblem({ ...form, url: 'http://127.0.0.1:9/hook' })).toContain('Allow');
    expect(urlProblem({ ...form, url: 'http://127.0.0.1:9/hook', allowLocal: true })).toBeNull();
    expect(urlProblem({ ...form, url: 'hook' })).not.toBeNull();
    expect(urlProblem({ ...form, url: 'ftp://example.net' })).not.toBeNull();
  });

  it('says how often something was tried and what was answered', () => {
    const delivery = { eventId: 'e', topic: 'run.failed', state: 'failed', createdAt: 0 } as const;
    expect(deliveryFacts({ ...delivery, tries: 0 })).toBe('not tried yet');
    expect(deliveryFacts({ ...delivery, tries: 3, lastStatus: 503 })).toBe('3 tries · answered 503');
  });
});
