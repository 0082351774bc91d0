import { describe, expect, it } from 'vitest';

import type { WaitingStep } from '@/api/generated';

import { toOffer } from './asked';

const waits = (node: string, kind: WaitingStep['kind'] = 'human'): WaitingStep => ({ scope: '', node, kind });

describe('what a run asks', () => {
  it('opens by itself, once', () => {
    const asked = new Set<string>();
    const first = toOffer(asked, [waits('plan')], null);
    expect(first).not.toBeNull();
    expect(toOffer(asked, [waits('plan')], null)).toBeNull();
  });

  it('doesn’t take the place of a step that somebody looks at', () => {
    const asked = new Set<string>();
    expect(toOffer(asked, [waits('plan')], 'another')).toBeNull();
    // Nor does it come when that one is closed.
    expect(toOffer(asked, [waits('plan')], null)).toBeNull();
  });

  it('follows a question that was answered', () => {
    const asked = new Set<string>();
    const first = toOffer(asked, [waits('plan')], null);
    expect(toOffer(asked, [], first)).toBeNull();
    const second = toOffer(asked, [waits('patch')], first);
    expect(second).not.toBeNull();
    expect(second).not.toBe(first);
  });

  it('passes over what waits for nobody', () => {
    expect(toOffer(new Set(), [waits('pause', 'timer')], null)).toBeNull();
  });
});
