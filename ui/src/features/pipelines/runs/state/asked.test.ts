import { describe, expect, it } from 'vitest';

import type { StepRun, WaitingStep } from '@/api/generated';

import { needy, toOffer } from './asked';
import { keyOf } from './keys';

const waits = (node: string, kind: WaitingStep['kind'] = 'human'): WaitingStep => ({ scope: '', node, kind });
const failed = (node: string, scope = ''): StepRun => ({ scope, node, status: 'failed' }) as StepRun;
const keys = (...nodes: string[]): string[] => nodes.map((node) => keyOf({ scope: '', node }));

describe('what needs somebody', () => {
  it('are questions, and nothing that waits for nobody', () => {
    expect(needy([waits('pause', 'timer'), waits('plan'), waits('send', 'decision')], 'waiting', [])).toEqual(
      keys('plan', 'send'),
    );
  });

  it('is of a run that failed the innermost step that did', () => {
    const steps = [failed('each'), failed('test', 'each[2]')];
    expect(needy([], 'failed', steps)).toEqual([keyOf(steps[1]!)]);
  });

  it('isn’t a step that failed while the run goes on', () => {
    expect(needy([], 'running', [failed('test')])).toEqual([]);
  });
});

describe('a step that needs somebody', () => {
  it('opens by itself, once', () => {
    const asked = new Set<string>();
    expect(toOffer(asked, keys('plan'), null)).toBe(keys('plan')[0]);
    expect(toOffer(asked, keys('plan'), null)).toBeNull();
  });

  it('doesn’t take the place of a step that somebody looks at', () => {
    const asked = new Set<string>();
    expect(toOffer(asked, keys('plan'), keys('another')[0]!)).toBeNull();
    // Nor does it come when that one is closed.
    expect(toOffer(asked, keys('plan'), null)).toBeNull();
  });

  it('follows a question that was answered', () => {
    const asked = new Set<string>();
    const first = toOffer(asked, keys('plan'), null);
    expect(toOffer(asked, [], first)).toBeNull();
    expect(toOffer(asked, keys('patch'), first)).toBe(keys('patch')[0]);
  });
});
