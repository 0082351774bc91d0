/** What an expression or a template gives now, from pins and the newest run. */
import { useEffect, useState } from 'react';

import { isAbort, toApiError } from '@/api/error';
import { useClient } from '@/api/query';
import { classNames } from '@/lib/class-names';

import { useDefinition } from '../model/use-editor';

/** Milliseconds of rest before it is asked. */
const restMs = 400;
/** The most characters that are shown of a value, and of a text that a template makes. */
const most = { value: 160, text: 480 };

/** A template without braces gives what it says: nothing is asked and shown of it. */
const isWorthAsking = (text: string, template: boolean): boolean =>
  template ? /\{\{|\{%/.test(text) : text.trim() !== '';

export function LiveValue({ node, text, template }: { node: string; text: string; template: boolean }) {
  const client = useClient();
  const definition = useDefinition();
  const [answer, setAnswer] = useState<{ text: string; shown: string; failed: boolean } | null>(null);
  const asks = isWorthAsking(text, template);
  useEffect(() => {
    if (!asks) return;
    const asked = new AbortController();
    const timer = setTimeout(() => {
      client.call('pipeline/evaluate', { definition, node, text, template }, asked.signal).then(
        ({ value }) => setAnswer({ text, shown: shown(value, template), failed: false }),
        (thrown: unknown) => {
          if (!isAbort(thrown)) setAnswer({ text, shown: toApiError(thrown).message, failed: true });
        },
      );
    }, restMs);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [client, definition, node, text, template, asks]);
  if (!asks || !answer) return null;
  if (answer.failed)
    return <p className="text-caption break-words text-muted-foreground">No value yet: {answer.shown}</p>;
  return (
    <p
      data-live
      className={classNames('text-caption break-words text-foreground', template && 'line-clamp-6 whitespace-pre-wrap')}
    >
      <span className="text-muted-foreground">Now: </span>
      <span className="font-mono">{answer.shown}</span>
    </p>
  );
}

function shown(value: unknown, template: boolean): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
  const longest = template ? most.text : most.value;
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
