/** The Ollama on this computer: what is so, whose it is, what it computes with, and the buttons that fit. */
import { ScrollText } from 'lucide-react';
import { useState } from 'react';

import type { OllamaState } from '@/api/generated';
import { useCall } from '@/api/query';
import { Badge } from '@/components/badge';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { Spinner } from '@/components/spinner';
import { StatusDot } from '@/components/status-dot';

import { ChooseProgram } from './choose-program';
import { LastLines, LogDialog } from './log-dialog';
import { MoveFolder } from './move-folder';
import { OllamaFacts } from './ollama-facts';
import { OllamaForm } from './ollama-form';
import { useOllamaVerbs, useWait } from './use-ollama';
import { VerbButtons } from './verb-buttons';
import { noticeTone, ollamaWords } from './words';

export function OllamaPanel() {
  const state = useCall('ollama/state', {});
  if (state.isPending) return <SkeletonRows label="Asking about Ollama" rows={3} />;
  if (state.error) {
    return <Failure title="Ollama’s state isn’t known" error={state.error} onRetry={() => void state.refetch()} />;
  }
  return (
    <div className="flex flex-col gap-4">
      <Now state={state.data} />
      <OllamaForm state={state.data} />
    </div>
  );
}

function Now({ state }: { state: OllamaState }) {
  const [choosing, setChoosing] = useState(false);
  const [reading, setReading] = useState(false);
  const doing = useOllamaVerbs(() => setChoosing(true));
  const words = ollamaWords(state, useWait(state));
  const hasLog = state.type === 'ready' ? state.ownership === 'owned' : 'log' in state || state.type === 'starting';
  return (
    <section
      aria-label="Ollama’s state"
      className="flex flex-col gap-3 rounded-panel border border-border bg-panel p-4"
    >
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-72 flex-1" role="status">
          <p className="flex flex-wrap items-center gap-2 text-base font-medium">
            {words.busy === true ? <Spinner className="text-info" /> : <StatusDot tone={words.tone} />}
            {words.title}
            {state.type === 'ready' && (
              <Badge tone={state.ownership === 'owned' ? 'accent' : 'neutral'}>
                {state.ownership === 'owned' ? 'Started by Web+' : 'External, not ours to stop'}
              </Badge>
            )}
          </p>
          {words.note !== undefined && (
            <p className="mt-0.5 text-dense text-pretty text-muted-foreground">{words.note}</p>
          )}
        </div>
        <VerbButtons verbs={words.verbs} doing={doing} primary />
      </div>
      {doing.error && (
        <p role="alert" className="text-dense text-danger">
          {doing.error.message}
        </p>
      )}
      {state.type === 'ready' &&
        state.notices.map(({ code, message }) => (
          <Banner key={code} tone={noticeTone(code)}>
            {message}
          </Banner>
        ))}
      {state.type === 'ready' && <OllamaFacts state={state} />}
      {state.type === 'ready' && state.ownership === 'owned' && <MoveFolder provider="ollama" pathShown />}
      {state.type === 'absent' && state.searched.length > 0 && (
        <Disclosure title="Where it was looked for" note={String(state.searched.length)}>
          <ul className="font-mono text-caption break-all text-muted-foreground select-text">
            {state.searched.map((place) => (
              <li key={place}>{place}</li>
            ))}
          </ul>
        </Disclosure>
      )}
      {'log' in state && state.log.length > 0 && <LastLines lines={state.log} />}
      {hasLog && (
        <Button icon={ScrollText} className="self-start" onClick={() => setReading(true)}>
          Open log
        </Button>
      )}
      <ChooseProgram open={choosing} onClose={() => setChoosing(false)} />
      <LogDialog open={reading} onClose={() => setReading(false)} />
    </section>
  );
}
