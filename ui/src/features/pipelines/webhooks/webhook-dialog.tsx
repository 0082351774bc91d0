/** A receiver: where it is, what it is told, of which pipeline. */
import { useState, type FormEvent } from 'react';

import type { PipelineSummary, Webhook } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Checkbox } from '@/components/checkbox';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { Switch } from '@/components/switch';

import { topicChoices } from '../shared/topics';
import { formOf, urlProblem } from './topics';

export interface WebhookDialogProps {
  /** Which is changed; a new one without it. */
  webhook: Webhook | undefined;
  pipelines: readonly PipelineSummary[];
  onClose: () => void;
  onSaved: (webhook: Webhook) => void;
}

export function WebhookDialog({ webhook, pipelines, onClose, onSaved }: WebhookDialogProps) {
  const [form, setForm] = useState(() => formOf(webhook));
  const [tried, setTried] = useState(false);
  const save = useMutate('webhook/save', { onDone: onSaved });
  const problem = urlProblem(form);
  const known = new Set(topicChoices.map(({ topic }) => topic));
  const others = form.topics.filter((topic) => !known.has(topic));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problem !== null) return;
    const { url, topics, pipeline, allowLocal } = form;
    save.mutate({
      url: url.trim(),
      topics: [...topics],
      allowLocal,
      enabled: webhook?.enabled ?? true,
      ...(webhook === undefined ? {} : { id: webhook.id }),
      ...(pipeline === 'all' ? {} : { pipelineId: pipeline }),
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={webhook === undefined ? 'Add a webhook' : 'Change the webhook'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="webhook" busy={save.isPending}>
            {webhook === undefined ? 'Add webhook' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="webhook" onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Address" error={tried ? problem : null}>
          <Input
            value={form.url}
            placeholder="https://example.net/hook"
            onChange={(url) => setForm({ ...form, url })}
            className="font-mono text-dense!"
          />
        </Field>
        <fieldset className="flex flex-col">
          <legend className="mb-1 text-dense font-medium">It is told when</legend>
          <div className="grid sm:grid-cols-2">
            {[...topicChoices, ...others.map((topic) => ({ topic, label: topic }))].map(({ topic, label }) => (
              <Checkbox
                key={topic}
                checked={form.topics.includes(topic)}
                onChange={(on) =>
                  setForm({
                    ...form,
                    topics: on ? [...form.topics, topic] : form.topics.filter((other) => other !== topic),
                  })
                }
              >
                {label}
              </Checkbox>
            ))}
          </div>
          {form.topics.length === 0 && (
            <p className="text-caption text-muted-foreground">
              Nothing is chosen: it is told everything but what is about single steps.
            </p>
          )}
        </fieldset>
        <Field label="Of which pipeline">
          <Select
            className="w-full"
            value={form.pipeline}
            onChange={(pipeline) => setForm({ ...form, pipeline })}
            options={[
              { value: 'all', label: 'All of them' },
              ...pipelines.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Field>
        <Field
          label="It may be on this computer"
          description="Off, so that nobody talks a pipeline into asking what only this computer can reach."
          inline
        >
          <Switch checked={form.allowLocal} onChange={(allowLocal) => setForm({ ...form, allowLocal })} />
        </Field>
        {save.error && <Failure title="It wasn’t saved" error={save.error} />}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
