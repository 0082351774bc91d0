/**
 * Says over the page that a run in the background ended or needs somebody, with the way there, and what runs tell themselves. That a
 * run which is being looked at ended isn't said; what it tells is: nothing else on the page shows it.
 */
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useRef } from 'react';

import { useEvent } from '@/api/query';
import { showToast } from '@/components/toast';
import { formatPlural } from '@/lib/format';

import { runFacts } from '../step/facts';
import { useNotices } from './active-runs';
import { together, type Notice } from './notices';
import { messagesOf, type Told, type Way } from './told';

/** Milliseconds that what happens at once is gathered. */
const gatherMs = 400;

/** Answers a function that hands on what it was given since the first of them, all at once, a moment later. */
function useGathered<T>(say: (all: T[]) => void): (one: T) => void {
  const latest = useRef(say);
  useEffect(() => {
    latest.current = say;
  });
  const gathered = useRef<T[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return useCallback((one: T) => {
    gathered.current.push(one);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current(gathered.current.splice(0));
    }, gatherMs);
  }, []);
}

export function useRunToasts(): void {
  const navigate = useNavigate();
  const router = useRouter();
  const go = (way: Way) =>
    void (way.to === 'run' ? navigate({ to: '/runs/$runId', params: { runId: way.id } }) : navigate({ to: '/runs' }));
  const notice = useGathered<Notice>((all) => {
    // Somebody may have gone there meanwhile.
    const here = router.state.location.pathname;
    const { single, more } = together(all.filter(({ run }) => here !== `/runs/${run.id}`));
    for (const one of single) say(one, () => go({ to: 'run', id: one.run.id }));
    if (more) {
      const words = [
        more.needs > 0 ? `${formatPlural(more.needs, 'run needs', 'runs need')} you` : '',
        more.failed > 0 ? `${formatPlural(more.failed, 'run')} failed` : '',
        more.succeeded > 0 ? `${formatPlural(more.succeeded, 'run')} succeeded` : '',
      ].filter(Boolean);
      showToast({
        title: words.join(', '),
        tone: more.failed > 0 ? 'danger' : more.needs > 0 ? 'warning' : 'success',
        action: { label: 'Show runs', onSelect: () => go({ to: 'runs' }) },
      });
    }
  });
  useNotices(
    useCallback(
      (one) => {
        if (router.state.location.pathname !== `/runs/${one.run.id}`) notice(one);
      },
      [router, notice],
    ),
  );
  const tell = useGathered<Told>((all) => {
    const here = /^\/runs\/(.+)$/.exec(router.state.location.pathname)?.[1] ?? null;
    for (const { way, ...message } of messagesOf(all, here)) {
      showToast({
        ...message,
        ...(way && { action: { label: way.to === 'run' ? 'Show run' : 'Show runs', onSelect: () => go(way) } }),
      });
    }
  });
  useEvent('run.notice', tell);
}

function say(notice: Notice, show: () => void): void {
  const { run } = notice;
  if (notice.type === 'needs') {
    const { asks } = notice;
    const description = asks?.decision
      ? 'A step may have happened: say whether it did.'
      : asks
        ? (asks.question ?? 'A step asks something.')
        : run.reason;
    showToast({
      title: asks ? `${run.pipelineName} waits for you` : `${run.pipelineName} is paused`,
      ...(description === undefined ? {} : { description }),
      tone: 'warning',
      action: { label: asks?.decision ? 'Decide' : asks ? 'Answer' : 'Show', onSelect: show },
      lasts: 0,
    });
    return;
  }
  const facts = runFacts(run, run.finishedAt ?? run.createdAt).join(' · ');
  const failed = run.status === 'failed';
  showToast({
    title: failed ? `${run.pipelineName} failed` : `${run.pipelineName} succeeded`,
    ...(failed
      ? run.errorMessage === undefined
        ? {}
        : { description: run.errorMessage }
      : facts === ''
        ? {}
        : { description: facts }),
    tone: failed ? 'danger' : 'success',
    action: { label: 'Show', onSelect: show },
  });
}
