import { describe, expect, it } from 'vitest';

import { triggerKinds, ungiven, withField } from './kinds';

describe('triggers', () => {
  it('leaves out what is empty', () => {
    const trigger = { id: 'w', kind: 'watch', glob: '*.md', path: '/inbox' };
    expect(withField(trigger, { path: '' })).toEqual({ id: 'w', kind: 'watch', glob: '*.md' });
    expect(withField(trigger, { debounce: '5s' }).debounce).toBe('5s');
  });

  it('says which inputs a trigger leaves open that a run needs', () => {
    const inputs = { task: { required: true }, note: {}, size: { required: true, default: 3 } };
    expect(ungiven({ id: 's', kind: 'schedule', cron: '0 7 * * *' }, inputs)).toEqual(['task']);
    expect(ungiven({ id: 's', kind: 'schedule', inputs: { task: 'x' } }, inputs)).toEqual([]);
    expect(ungiven({ id: 'a', kind: 'api' }, inputs)).toEqual([]);
  });

  it('knows each kind once', () => {
    expect(new Set(triggerKinds.map(({ kind }) => kind)).size).toBe(triggerKinds.length);
  });
});
