/** What an expression or a template gives now, from pins and the newest run. */
import { useEffect, useState } from 'react';

import { isAbort, toApiError } from '@/api/error';
import { useClient } from '@/api/query';

import { useDefinition } from '../model/use-editor';

/** Milliseconds of rest before it is asked. */
const restMs = 400;

export function LiveValue({ node, text, template }: { node: string; text: string; template: boolean }) {
  const client = useClient();
  const definition = useDefinition();
  const [answer, setAnswer] = useState<{ text: string; shown: string; failed: boolean } | null>(null);
  useEffect(() => {
    if (text.trim() === '') return;
    const asked = new AbortController();
    const timer = setTimeout(() => {
      client.call('pipeline/evaluate', { definition, node, text, template }, asked.signal).then(
        ({ value }) => setAnswer({ text, shown: shown(value), failed: false }),
        (thrown: unknown) => {
          if (!isAbort(thrown)) setAnswer({ text, shown: toApiError(thrown).message, failed: true });
        },
      );
    }, restMs);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [client, definition, node, text, template]);
  if (text.trim() === '' || !answer) return null;
  return (
    <p className={answer.failed ? 'text-caption text-muted-foreground' : 'text-caption break-words text-foreground'}>
      {answer.failed ? (
        `No value yet: ${answer.shown}`
      ) : (
        <>
          <span className="text-muted-foreground">Now: </span>
          <span className="font-mono">{answer.shown}</span>
        </>
      )}
    </p>
  );
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
