import { describe, expect, it } from 'vitest';

import { loadDraft, loadError, loadSettings } from './loading';

describe('how a model is loaded', () => {
  it('says nothing that nobody chose', () => {
    expect(loadSettings(loadDraft(undefined, 4096), undefined, 4096)).toEqual({});
  });

  it('keeps what was chosen before when one thing changes', () => {
    const kept = { context: 2048, gpuLayers: 0, mmap: false };
    const draft = { ...loadDraft(kept, 4096), threads: ' 3 ' };
    expect(loadSettings(draft, kept, 4096)).toEqual({ context: 2048, gpuLayers: 0, threads: 3, mmap: false });
  });

  it('forgets what was emptied', () => {
    const kept = { threads: 3, batch: 256, mmap: true };
    const draft = { ...loadDraft(kept, 4096), threads: '', mmap: 'auto' as const };
    expect(loadSettings(draft, kept, 4096)).toEqual({ batch: 256 });
  });

  it('refuses what is no number of that range', () => {
    expect(loadError('threads', '0')).toContain('1 to 4096');
    expect(loadError('gpuLayers', '0')).toBeNull();
    expect(loadError('batch', '1.5')).toContain('16384');
    expect(loadError('batch', '')).toBeNull();
  });
});
