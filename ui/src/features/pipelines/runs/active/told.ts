/** What runs told the person themselves (a notify step, a webhook that was switched off), as the messages that the page shows of it. Pure. */
import type { ToastMessage } from '@/components/toast';
import type { AppEvent } from '@/api/transport';
import { formatPlural } from '@/lib/format';

export type Told = Extract<AppEvent, { type: 'run.notice' }>;

/** Where a message leads. */
export type Way = { to: 'run'; id: string } | { to: 'runs' };

/** A list that runs steps for each of its items may tell hundreds of things at once: from three on they are one message. */
const most = 2;

/** `here` is the run that is being looked at: the way there is left out, the message isn't. */
export function messagesOf(
  all: readonly Told[],
  here: string | null,
): readonly (Omit<ToastMessage, 'action'> & { way: Way | null })[] {
  if (all.length <= most) {
    return all.map(({ runId, title, message, urgent }) => ({
      title,
      ...(message === '' ? {} : { description: message }),
      tone: urgent ? ('warning' as const) : ('info' as const),
      // What is urgent stays until it is seen.
      ...(urgent ? { lasts: 0 } : {}),
      way: runId === here ? null : { to: 'run', id: runId },
    }));
  }
  const urgent = all.some((one) => one.urgent);
  const [first] = all;
  const single = all.every(({ runId }) => runId === first?.runId) ? first?.runId : undefined;
  return [
    {
      title: `${formatPlural(all.length, 'message')} from ${single === undefined ? 'runs' : 'a run'}`,
      description: `${all
        .slice(0, 3)
        .map(({ title }) => title)
        .join(', ')}${all.length > 3 ? ' and more' : ''}`,
      tone: urgent ? 'warning' : 'info',
      ...(urgent ? { lasts: 0 } : {}),
      way: single === undefined ? { to: 'runs' } : single === here ? null : { to: 'run', id: single },
    },
  ];
}
