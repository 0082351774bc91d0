/** A secret is typed once: its name, where it may go, and itself. */
import { useState, type FormEvent } from 'react';

import type { KeepKey, SecretEntry } from '@/api/generated';
import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';

import { emptyForm, placeChoices, placeOf, placeWords, problemsOf, type SecretForm } from './places';
import type { SecretsSectionProps } from './secrets-section';

export interface EnterSecretProps extends SecretsSectionProps {
  /** One that is entered anew: its name and place stay. */
  replaces: SecretEntry | undefined;
  onClose: () => void;
  onEntered: () => void;
}

export function EnterSecret({ keepField, preset, replaces, onClose, onEntered }: EnterSecretProps) {
  const [form, setForm] = useState<SecretForm>(() =>
    replaces === undefined
      ? emptyForm
      : {
          ...emptyForm,
          name: replaces.name,
          type: replaces.place.type,
          address: replaces.place.type === 'server' ? replaces.place.address : '',
        },
  );
  const [keep, setKeep] = useState<KeepKey | null>(replaces?.keep ?? null);
  const [tried, setTried] = useState(false);
  const set = useMutate('secret/set', { onDone: onEntered });
  const change = (changes: Partial<SecretForm>) => setForm({ ...form, ...changes });
  const problems = problemsOf(form);
  const place = keep ?? preset;
  const wrong = (field: keyof SecretForm): string | null => (tried ? (problems[field] ?? null) : null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length > 0 || place === null) return;
    set.mutate({ name: form.name, place: placeOf(form), value: form.value.trim(), keep: place });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={replaces === undefined ? 'Enter a secret' : `Enter ${replaces.name} anew`}
      description={replaces === undefined ? 'It is typed once and never shown again.' : placeWords(replaces.place)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="enter-secret" busy={set.isPending}>
            Keep secret
          </Button>
        </>
      }
    >
      <form id="enter-secret" onSubmit={submit} autoComplete="off" className="flex flex-col gap-4">
        {replaces === undefined && (
          <>
            <Field
              label="Name"
              description="A step writes secret:// and this name where the secret belongs."
              error={wrong('name')}
            >
              <Input
                value={form.name}
                placeholder="github_token"
                onChange={(name) => change({ name })}
                className="font-mono text-dense!"
              />
            </Field>
            <Field label="For" description="It goes nowhere else, whatever a pipeline says.">
              <Select
                className="w-full"
                options={placeChoices}
                value={form.type}
                onChange={(type) => change({ type })}
              />
            </Field>
            {form.type === 'server' && (
              <Field
                label="Server"
                description="Scheme, name and port count; the rest doesn’t."
                error={wrong('address')}
              >
                <Input
                  value={form.address}
                  placeholder="https://api.github.com"
                  onChange={(address) => change({ address })}
                  className="font-mono text-dense!"
                />
              </Field>
            )}
          </>
        )}
        <Field label="Secret" error={wrong('value')}>
          <Input
            type="password"
            autoComplete="off"
            value={form.value}
            onChange={(value) => change({ value })}
            // Password managers of browsers would offer to keep it themselves.
            data-1p-ignore=""
            data-lpignore="true"
            className="font-mono"
          />
        </Field>
        {keepField(keep, setKeep)}
        {tried && place === null && (
          <p role="alert" className="text-caption text-danger">
            Say where it is to be kept.
          </p>
        )}
        {set.error && <Failure title="It wasn’t kept" error={set.error} />}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
