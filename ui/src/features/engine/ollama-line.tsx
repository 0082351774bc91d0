/** One line above the models: Ollama's state where it matters, with the button that fits. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import type { OllamaState } from '@/api/generated';
import { useCall } from '@/api/query';
import { Spinner } from '@/components/spinner';
import { StatusDot } from '@/components/status-dot';

import { ChooseProgram } from './choose-program';
import { useOllamaVerbs, useWait } from './use-ollama';
import { VerbButtons } from './verb-buttons';
import { noticeTone, ollamaWords, placeOf } from './words';

export function OllamaLine() {
  const state = useCall('ollama/state', {}).data;
  // Who switched it off, or never had it, isn't reminded of it here.
  if (!state || state.type === 'off' || state.type === 'absent') return null;
  return (
    <section
      aria-label="Ollama"
      className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-border bg-panel px-4 py-1"
    >
      {state.type === 'ready' ? <Ready state={state} /> : <NotReady state={state} />}
      <Link
        to="/settings/$section"
        params={{ section: 'engine' }}
        className="focus-inset inline-flex h-8 items-center rounded-control px-2.5 text-dense font-medium text-muted-foreground hover:bg-hover hover:text-foreground"
      >
        Engine settings
      </Link>
    </section>
  );
}

const lineClass = 'flex min-w-48 flex-1 flex-wrap items-center gap-x-2 text-dense';

/** Nothing is to be done about it, so nothing here can do anything. */
function Ready({ state }: { state: Extract<OllamaState, { type: 'ready' }> }) {
  const words = ollamaWords(state);
  const note = state.notices.find(({ code }) => noticeTone(code) !== 'info')?.message;
  return (
    <p role="status" className={lineClass}>
      <StatusDot tone={words.tone} />
      <span className="font-medium">{words.title}</span>
      <span className="tabular text-muted-foreground">
        {state.ownership === 'owned' ? 'started by Web+' : 'external, not ours to stop'}
        <span className="hidden sm:inline"> · {placeOf(state.address)}</span>
      </span>
      <Note>{note}</Note>
    </p>
  );
}

function NotReady({ state }: { state: OllamaState }) {
  const [choosing, setChoosing] = useState(false);
  const doing = useOllamaVerbs(() => setChoosing(true));
  const words = ollamaWords(state, useWait(state));
  return (
    <>
      <p role="status" className={lineClass}>
        {words.busy === true ? <Spinner className="text-info" /> : <StatusDot tone={words.tone} />}
        <span className="font-medium">{words.title}</span>
        <Note>{state.type === 'installed' ? undefined : words.note}</Note>
        {doing.error && (
          <span role="alert" className="w-full text-danger">
            {doing.error.message}
          </span>
        )}
      </p>
      <VerbButtons verbs={words.verbs} doing={doing} most={2} />
      <ChooseProgram open={choosing} onClose={() => setChoosing(false)} />
    </>
  );
}

function Note({ children }: { children: string | undefined }) {
  return children !== undefined && <span className="w-full min-w-0 text-muted-foreground @2xl:w-auto">{children}</span>;
}
