/** Says over the page that a run in the background ended or needs somebody, with the way there. Nothing of the run that is being looked at. */
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useRef } from 'react';

import { showToast } from '@/components/toast';
import { formatPlural } from '@/lib/format';

import { runFacts } from '../step/facts';
import { useNotices } from './active-runs';
import { together, type Notice } from './notices';

/** Milliseconds that what happens at once is gathered. */
const gatherMs = 400;

export function useRunToasts(): void {
  const navigate = useNavigate();
  const router = useRouter();
  const gathered = useRef<Notice[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useNotices(
    useCallback(
      (notice) => {
        if (router.state.location.pathname === `/runs/${notice.run.id}`) return;
        gathered.current.push(notice);
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          // Somebody may have gone there meanwhile.
          const here = router.state.location.pathname;
          const news = gathered.current.splice(0).filter(({ run }) => here !== `/runs/${run.id}`);
          const { single, more } = together(news);
          for (const one of single)
            say(one, () => void navigate({ to: '/runs/$runId', params: { runId: one.run.id } }));
          if (more) {
            const words = [
              more.needs > 0 ? `${formatPlural(more.needs, 'run needs', 'runs need')} you` : '',
              more.failed > 0 ? `${formatPlural(more.failed, 'run')} failed` : '',
              more.succeeded > 0 ? `${formatPlural(more.succeeded, 'run')} succeeded` : '',
            ].filter(Boolean);
            showToast({
              title: words.join(', '),
              tone: more.failed > 0 ? 'danger' : more.needs > 0 ? 'warning' : 'success',
              action: { label: 'Show runs', onSelect: () => void navigate({ to: '/runs' }) },
            });
          }
        }, gatherMs);
      },
      [navigate, router],
    ),
  );
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
