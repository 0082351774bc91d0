import { expect, it } from 'vitest';

import { messagesOf, type Told } from './told';

const told = (more: Partial<Told> = {}): Told => ({
  type: 'run.notice',
  runId: 'r',
  title: 'The report is ready',
  message: '',
  urgent: false,
  ...more,
});

it('what a run tells is said in its own words, with the way there', () => {
  expect(messagesOf([told({ message: 'Three pages.' })], null)).toEqual([
    { title: 'The report is ready', description: 'Three pages.', tone: 'info', way: { to: 'run', id: 'r' } },
  ]);
});

it('what is urgent stays until it is seen', () => {
  expect(messagesOf([told({ urgent: true })], null)[0]).toMatchObject({ tone: 'warning', lasts: 0 });
});

it('who looks at the run is told without the way there', () => {
  expect(messagesOf([told()], 'r')[0]).toMatchObject({ title: 'The report is ready', way: null });
});

it('many at once are one message that leads to the run, or to the runs', () => {
  const one = messagesOf([told(), told({ title: 'B' }), told({ title: 'C' }), told({ title: 'D' })], null);
  expect(one).toEqual([
    {
      title: '4 messages from a run',
      description: 'The report is ready, B, C and more',
      tone: 'info',
      way: { to: 'run', id: 'r' },
    },
  ]);
  const several = messagesOf([told(), told({ runId: 'other', urgent: true }), told()], 'r');
  expect(several).toMatchObject([{ title: '3 messages from runs', tone: 'warning', lasts: 0, way: { to: 'runs' } }]);
});
