/** What a job about models is called while it goes on and when it failed. No requests, no React. */
import type { Job } from '@/api/generated';

export interface WorkWords {
  /** "Downloading qwen3:4b". */
  running: string;
  waiting: string;
  /** "qwen3:4b wasn’t downloaded". */
  failed: string;
  done: string;
  /** Whether it can be paused, and its amount is bytes. */
  isDownload: boolean;
}

export function workWords({ kind, title }: Job): WorkWords {
  switch (kind) {
    case 'model.create':
      return words(title, 'Making', 'made', false);
    case 'model.repair':
      return words(title, 'Repairing', 'repaired', true);
    case 'model.benchmark':
      return words(title, 'Measuring', 'measured', false);
    case 'model.move-folder':
      return {
        running: `Moving models to ${title}`,
        waiting: `The move to ${title}, paused`,
        failed: `The models weren’t moved to ${title}`,
        done: `The models were moved to ${title}`,
        isDownload: true,
      };
    default:
      return words(title, 'Downloading', 'downloaded', true);
  }
}

const words = (title: string, doing: string, done: string, isDownload: boolean): WorkWords => ({
  running: `${doing} ${title}`,
  waiting: isDownload ? `${title}, paused` : `${title}, waiting`,
  failed: `${title} wasn’t ${done}`,
  done: `${title} was ${done}`,
  isDownload,
});

export interface WorkGroup {
  title: string;
  jobs: Job[];
}

/** What goes on first, then what comes next, what rests, what failed, and what ended lately. */
export function workGroups(jobs: readonly Job[]): WorkGroup[] {
  const of = (...statuses: Job['state']['status'][]) => jobs.filter(({ state }) => statuses.includes(state.status));
  const oldest = (one: Job, other: Job) => one.createdAt - other.createdAt;
  const newest = (one: Job, other: Job) => other.updatedAt - one.updatedAt;
  return [
    { title: 'Now', jobs: of('running').sort(oldest) },
    { title: 'Next', jobs: of('queued').sort(oldest) },
    { title: 'Paused', jobs: of('waiting').sort(oldest) },
    { title: 'Didn’t work', jobs: of('failed').sort(newest) },
    { title: 'Done', jobs: of('succeeded').sort(newest).slice(0, 10) },
  ].filter((group) => group.jobs.length > 0);
}
