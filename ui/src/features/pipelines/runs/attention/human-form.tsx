/** What a run asks a person: the question, what it is about, a form, and a button for each answer. */
import { useEffect, useMemo, useState } from 'react';

import type { WaitingStep } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { Time } from '@/components/time';

import { MarkdownView } from '../results/markdown-view';
import { keyOf } from '../state/keys';
import { AboutWhat } from './about-what';
import { forgetDraft, keepDraft, newSignalId, readDraft, type Draft } from './draft';
import { readQuestion } from './question';
import { SchemaField } from './schema-field';
import { faultOf, formOf, isWhole, startOf, valuesOf } from './schema-form';

export function HumanForm({ run, waiting }: { run: string; waiting: WaitingStep }) {
  const { scope, node, answers = ['approve', 'reject'], question, dueAt, exact, about } = waiting;
  // A step may ask more than once; what was typed for one question is no answer to another.
  const key = about === undefined ? keyOf({ scope, node }) : `${keyOf({ scope, node })}?${about}`;
  const form = useMemo(() => formOf(waiting.form), [waiting.form]);
  const [draft, setDraft] = useState<Draft>(() => readDraft(run, key) ?? { signalId: newSignalId(), typed: {} });
  const typed = useMemo(() => ({ ...startOf(form), ...draft.typed }), [form, draft]);
  const [tried, setTried] = useState<string | null>(null);
  useEffect(() => keepDraft(run, key, draft), [run, key, draft]);
  const answer = useMutate('run/answer', { onDone: () => forgetDraft(run, key) });
  const { title, body } = readQuestion(question);

  const send = (word: string) => {
    setTried(word);
    // Who says no need not fill in what a yes would need.
    if (!isNo(word) && !isWhole(form, typed)) return;
    const values = valuesOf(isNo(word) ? onlyWhole(form, typed) : form, typed);
    answer.mutate({
      id: run,
      scope,
      node,
      answer: word,
      values,
      signalId: draft.signalId,
      ...(about !== undefined && { about }),
    });
  };
  return (
    <section
      aria-label="Your answer"
      className="flex flex-col gap-3 rounded-panel border border-warning-border bg-background p-3.5"
    >
      <div>
        <h3 className="text-base font-semibold">{title === '' ? 'This run waits for your answer' : title}</h3>
        {dueAt !== undefined && (
          <p className="text-caption">
            It goes on without you <Time at={dueAt} />.
          </p>
        )}
      </div>
      {body !== '' && <MarkdownView text={body} />}
      {exact === undefined ? (
        <AboutWhat run={run} scope={scope} node={node} said={body} />
      ) : (
        <pre
          tabIndex={0}
          aria-label="What would be done"
          className="max-h-96 overflow-auto rounded-small bg-muted p-2 font-mono text-caption break-words whitespace-pre-wrap"
        >
          {exact}
        </pre>
      )}
      {form.fields.map((field) => (
        <SchemaField
          key={field.name}
          field={field}
          value={typed[field.name] ?? ''}
          onChange={(value) => setDraft({ ...draft, typed: { ...draft.typed, [field.name]: value } })}
          error={tried === null || isNo(tried) ? null : faultOf(field, typed[field.name])}
        />
      ))}
      {answer.error && (
        <Failure
          title="Your answer wasn’t taken"
          error={answer.error}
          onRetry={() => tried !== null && send(tried)}
          retryLabel="Send it again"
        />
      )}
      <div className="flex flex-wrap gap-2">
        {answers.map((word, index) => (
          <Button
            key={word}
            variant={index === 0 ? 'primary' : 'secondary'}
            busy={answer.isPending && tried === word}
            disabled={answer.isPending || answer.isSuccess}
            onClick={() => send(word)}
          >
            {buttonWords(word)}
          </Button>
        ))}
        {answer.isSuccess && (
          <p role="status" className="self-center text-dense">
            Sent. The run goes on.
          </p>
        )}
      </div>
    </section>
  );
}

const isNo = (word: string): boolean => /^(reject|refuse|no|deny|decline|cancel|stop)$/i.test(word);

function onlyWhole(form: ReturnType<typeof formOf>, typed: Draft['typed']): ReturnType<typeof formOf> {
  return { ...form, fields: form.fields.filter((field) => faultOf(field, typed[field.name]) === null) };
}

export function buttonWords(word: string): string {
  const words = word.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
