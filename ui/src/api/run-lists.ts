/** A run that changed, put into the lists of runs that are here: in its place, out of those that it no longer belongs to. */
import type { QueryClient } from '@tanstack/react-query';

import type { Page, Run, RunListParams } from './generated';

type Pages = { pages: Page<Run>[] };
type Listed = Page<Run> | Pages;

/** A list that the run now belongs to and isn't in is asked again: only Web+ knows where in it. */
export function applyRun(run: Run, queries: QueryClient): void {
  for (const query of queries.getQueryCache().findAll({ queryKey: ['run/list'] })) {
    const listed = query.state.data as Listed | undefined;
    if (!listed) continue;
    const next = withRun(listed, run, query.queryKey[1] ?? {});
    if (next === 'stale') void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    else if (next !== listed) queries.setQueryData(query.queryKey, next);
  }
}

export function withRun(listed: Listed, run: Run, params: RunListParams): Listed | 'stale' {
  const belongs =
    (params.pipelineId === undefined || params.pipelineId === run.pipelineId) &&
    (params.status === undefined || params.status === run.status);
  const pages = 'pages' in listed ? listed.pages : [listed];
  const known = pages.flatMap(({ items }) => items).find(({ id }) => id === run.id);
  if (!known) {
    const last = pages.at(-1);
    const oldest = last?.items.at(-1);
    const beyond = last?.next !== undefined && oldest !== undefined && run.createdAt < oldest.createdAt;
    return belongs && !beyond ? 'stale' : listed;
  }
  if (belongs && known.seq >= run.seq) return listed;
  const changed = pages.map((page) => ({
    ...page,
    items: belongs
      ? page.items.map((other) => (other.id === run.id ? run : other))
      : page.items.filter(({ id }) => id !== run.id),
  }));
  return 'pages' in listed ? { ...listed, pages: changed } : (changed[0] ?? listed);
}
