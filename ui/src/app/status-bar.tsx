/** The line at the bottom: what runs, what it holds, what it cost, and whether Web+ answers. */
import { Link } from '@tanstack/react-router';
import { ArrowDownToLine, CircleHelp, Square, Workflow } from 'lucide-react';
import { useState } from 'react';

import { toApiError } from '@/api/error';
import type { EngineState, OllamaState } from '@/api/generated';
import { useCall, useClient, useConnection } from '@/api/query';
import { IconButton } from '@/components/icon-button';
import { StatusDot, type Tone } from '@/components/status-dot';
import { Tooltip } from '@/components/tooltip';
import { openDownloads, useImports } from '@/features/models';
import { useActiveCounts } from '@/features/pipelines/runs/active';
import { useMidnight } from '@/lib/clock';
import { formatBytes, formatMoney, formatPercent, formatPlural } from '@/lib/format';

export function StatusBar() {
  const status = useCall('system/status', {});
  const others = useOthers();
  return (
    <footer
      aria-label="Status"
      className="tabular flex h-status shrink-0 items-center gap-3 overflow-hidden border-t border-border bg-panel px-3 sm:gap-4 text-caption text-muted-foreground"
    >
      <Connection />
      <span className="flex min-w-0 flex-1 items-center gap-2 overflow-hidden sm:gap-4">
        {status.data && <Engine state={status.data.engine} others={others.length} />}
        <Ollama loaded={others} />
        <Incoming />
        <Runs />
      </span>
      <Cost />
    </footer>
  );
}

function Connection() {
  const connection = useConnection();
  const [tone, words]: [Tone, string] =
    connection.type === 'open'
      ? ['success', 'Connected']
      : connection.type === 'connecting'
        ? ['neutral', 'Connecting']
        : connection.type === 'retrying'
          ? ['warning', connection.reason ?? 'Web+ doesn’t answer; trying again']
          : ['danger', 'This page has no key'];
  return (
    <span role="status" className="flex shrink-0 items-center gap-1.5 whitespace-nowrap">
      <StatusDot tone={tone} />
      {/* What is well needs no words where there is little room. */}
      <span className={connection.type === 'open' ? 'max-sm:sr-only' : undefined}>{words}</span>
    </span>
  );
}

const quietLink =
  'focus-inset flex h-6 min-w-0 items-center gap-1.5 rounded-small px-1 hover:bg-hover hover:text-foreground';

/** `others`: how many models other engines have in memory. */
function Engine({ state, others }: { state: EngineState; others: number }) {
  const name = 'model' in state ? state.model?.slice(state.model.indexOf('/') + 1) : undefined;
  if (state.type === 'loaded') {
    return (
      <span className="flex min-w-0 items-center">
        <Link to="/models" search={{ model: state.model }} className={quietLink}>
          <span className="truncate">{name}</span>
          {state.memory > 0 && <span className="shrink-0 whitespace-nowrap">{formatBytes(state.memory)}</span>}
        </Link>
        <Unload ids={[state.model]} what={name ?? ''} />
      </span>
    );
  }
  if (state.type === 'stopped' && others > 0) return null;
  const words =
    state.type === 'loading'
      ? `Loading ${name ?? ''} ${formatPercent(state.progress)}`
      : state.type === 'failed'
        ? 'The engine stopped'
        : state.type === 'unavailable'
          ? 'No built-in engine'
          : 'No model in memory';
  const tone: Tone = state.type === 'loading' ? 'info' : state.type === 'stopped' ? 'neutral' : 'danger';
  const content = (
    <>
      {state.type !== 'stopped' && <StatusDot tone={tone} />}
      <span className="truncate">{words}</span>
    </>
  );
  if (state.type !== 'failed' && state.type !== 'unavailable') {
    return <span className="flex min-w-0 items-center gap-1.5 px-1">{content}</span>;
  }
  return (
    <Link to="/settings/$section" params={{ section: 'engine' }} className={quietLink}>
      {content}
    </Link>
  );
}

/** Takes models out of memory, all of them at once. */
function Unload({ ids, what }: { ids: readonly string[]; what: string }) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const unload = () => {
    setBusy(true);
    setProblem(undefined);
    Promise.all(ids.map((id) => client.call('model/stop', { id })))
      .catch((thrown: unknown) => setProblem(toApiError(thrown).message))
      .finally(() => setBusy(false));
  };
  return (
    <IconButton
      label={problem === undefined ? `Unload ${what}` : `Not unloaded: ${problem}`}
      icon={Square}
      busy={busy}
      onClick={unload}
      className="size-6 [&>svg]:size-3"
    />
  );
}

interface Held {
  id: string;
  name: string;
  /** Bytes. */
  memory: number;
}

/** What other engines than the built-in one have in memory. */
function useOthers(): Held[] {
  const state = useCall('ollama/state', {}).data;
  const list = useCall('model/list', {}, { enabled: state?.type === 'ready' });
  return (list.data?.models ?? []).flatMap(({ id, name, state: now }) =>
    now.type === 'loaded' && !id.startsWith('embedded/') ? [{ id, name, memory: now.memory }] : [],
  );
}

/** What it has in memory, or what is wrong with it; nothing where all is as it should be and nothing is loaded. */
function Ollama({ loaded }: { loaded: readonly Held[] }) {
  const state = useCall('ollama/state', {}).data;
  const trouble = state && troubles[state.type];
  if (trouble !== undefined) {
    return (
      <Link to="/settings/$section" params={{ section: 'engine' }} className={quietLink}>
        <StatusDot tone={trouble.tone} />
        <span className="truncate">{trouble.words}</span>
      </Link>
    );
  }
  const [first] = loaded;
  if (!first) return null;
  const memory = loaded.reduce((sum, model) => sum + model.memory, 0);
  const count = formatPlural(loaded.length, 'model');
  return (
    <span className="flex min-w-0 items-center">
      <Link to="/models" search={loaded.length === 1 ? { model: first.id } : {}} className={quietLink}>
        <span className="truncate">{loaded.length === 1 ? first.name : `${count} in memory`}</span>
        {memory > 0 && <span className="shrink-0 whitespace-nowrap">{formatBytes(memory)}</span>}
      </Link>
      <Unload ids={loaded.map(({ id }) => id)} what={loaded.length === 1 ? first.name : count} />
    </span>
  );
}

const troubles: Partial<Record<OllamaState['type'], { tone: Tone; words: string }>> = {
  unsure: { tone: 'warning', words: 'Ollama: is it yours?' },
  starting: { tone: 'info', words: 'Starting Ollama' },
  waiting: { tone: 'warning', words: 'Ollama is started again' },
  failed: { tone: 'danger', words: 'Ollama doesn’t work' },
  lost: { tone: 'warning', words: 'Ollama is gone' },
};

function Incoming() {
  const jobs = useCall('job/list', {});
  const imports = useImports().filter(({ step }) => step !== 'failed');
  const running = openDownloads(jobs.data ?? []).filter(({ state }) => state.status === 'running');
  const count = running.length + imports.length;
  if (count === 0) return null;
  const [done, all] = running.reduce(([sum, total], { state }) => [sum + state.completed, total + state.total], [
    0, 0,
  ] as [number, number]);
  const words =
    running.length > 0 ? formatPlural(running.length, 'download') : `Adding ${formatPlural(imports.length, 'file')}`;
  return (
    <Link to="/models" className={`${quietLink} shrink-0`}>
      <ArrowDownToLine aria-hidden className="size-3" />
      {words}
      {all > 0 && ` ${formatPercent(done / all)}`}
    </Link>
  );
}

/** Runs that are under way, and those that stand until somebody does something. One alone is a press away. */
function Runs() {
  const { running, needs, single } = useActiveCounts();
  const parts = [
    { count: needs, icon: CircleHelp, words: `${formatPlural(needs, 'run needs', 'runs need')} you` },
    { count: running, icon: Workflow, words: `${formatPlural(running, 'run')} under way` },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return null;
  const content = parts.map(({ icon: Sign, words }) => (
    <span key={words} className="flex items-center gap-1.5 whitespace-nowrap">
      <Sign aria-hidden className="size-3" />
      {words}
    </span>
  ));
  return single ? (
    <Link to="/runs/$runId" params={{ runId: single.id }} className={`${quietLink} shrink-0`}>
      {content}
    </Link>
  ) : (
    <Link to="/runs" className={`${quietLink} shrink-0`}>
      {content}
    </Link>
  );
}

/** What has no known price is said beside the sum, never counted as nothing. */
function Cost() {
  const today = useCall('call/sum', { since: useMidnight() }, { keepPrevious: true });
  if (!today.data) return null;
  const { costNanoUsd, unpriced } = today.data;
  const unknown = unpriced > 0 ? formatPlural(unpriced, 'call') : null;
  const sum = unpriced > 0 && costNanoUsd === 0 ? 'cost unknown' : formatMoney(costNanoUsd);
  return (
    <Tooltip
      content={
        unknown === null
          ? 'What today’s calls cost'
          : `The price of ${unknown} of today isn’t known and not in this sum`
      }
    >
      <span tabIndex={0} className="focus-inset shrink-0 rounded-small px-1 whitespace-nowrap">
        Today {sum}
        {unknown !== null && costNanoUsd > 0 && <span className="max-sm:sr-only"> + {unknown} unpriced</span>}
      </span>
    </Tooltip>
  );
}
