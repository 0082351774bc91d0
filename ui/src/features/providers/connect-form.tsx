/** Connecting a provider: a vendor of the list, any server that speaks OpenAI's protocol, or Ollama at another address. */
import { useState, type FormEvent, type ReactNode } from 'react';

import type { KeepKey, Provider, ProviderAddParams, Vendor } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { SkeletonRows } from '@/components/skeleton';
import { formatPlural } from '@/lib/format';

import { KeepField, KeyField, usePlaceNow } from './key-fields';
import { Refusal } from './refusal';

const otherServer = 'other';
const otherOllama = 'ollama';

export interface ConnectFormProps {
  onConnected: (provider: Provider) => void;
  /** Leaves the form without connecting. */
  onCancel?: () => void;
  /** Only vendors over the network: the first start has doors of its own for the rest. */
  cloudOnly?: boolean;
}

export function ConnectForm(props: ConnectFormProps) {
  const vendors = useCall('provider/vendors', {});
  if (vendors.isPending) return <SkeletonRows label="Loading the list of providers" rows={3} />;
  if (vendors.error) {
    return (
      <Failure title="The list of providers didn’t load" error={vendors.error} onRetry={() => void vendors.refetch()} />
    );
  }
  return <Form vendors={vendors.data} {...props} />;
}

function Form({
  vendors,
  onConnected,
  onCancel,
  cloudOnly = false,
}: ConnectFormProps & { vendors: readonly Vendor[] }) {
  const offered = cloudOnly ? vendors.filter(({ needsKey }) => needsKey) : vendors;
  const [choice, setChoice] = useState(offered[0]?.slug ?? otherServer);
  const [address, setAddress] = useState('');
  const [name, setName] = useState('');
  const [key, setKey] = useState('');
  const [keep, setKeep] = useState<KeepKey | null>(null);
  const [added, setAdded] = useState<Provider | null>(null);
  const test = useMutate('provider/test');
  const undo = useMutate('provider/remove');
  const add = useMutate('provider/add', {
    onDone: (provider) => {
      setKey('');
      setAdded(provider);
      test.mutate({ id: provider.id }, { onSuccess: () => onConnected(provider) });
    },
  });

  const vendor = offered.find(({ slug }) => slug === choice);
  const isOllama = choice === otherOllama;
  const wantsKey = vendor ? vendor.needsKey : !isOllama;
  const place = usePlaceNow(keep);
  const hasKey = key.trim() !== '';
  const complete =
    (vendor !== undefined || address.trim() !== '') &&
    (!(vendor?.needsKey ?? false) || hasKey) &&
    (!hasKey || place !== null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!complete) return;
    const params: ProviderAddParams = {
      ...(vendor
        ? { vendor: vendor.slug }
        : { kind: isOllama ? 'ollama' : 'openai_compatible', baseUrl: address.trim() }),
      ...(vendor && !vendor.needsKey && address.trim() !== '' ? { baseUrl: address.trim() } : {}),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(hasKey ? { key } : {}),
      keep: place ?? 'session',
    };
    add.mutate(params);
  };
  const choose = (next: string) => {
    setChoice(next);
    setKey('');
    setAddress('');
    add.reset();
  };

  if (added && test.error) {
    // It is kept already; what is wrong with it is put right here or later.
    const startOver = () => {
      undo.mutate({ id: added.id });
      setAdded(null);
      test.reset();
      add.reset();
    };
    return (
      <div className="flex flex-col gap-3">
        <Refusal
          title={`${added.name} was added, but it doesn’t answer as it should`}
          error={test.error}
          onRetry={() => test.mutate({ id: added.id }, { onSuccess: () => onConnected(added) })}
          onKey={startOver}
          onAddress={startOver}
        />
        <Button variant="ghost" className="self-end" onClick={() => onConnected(added)}>
          Keep it as it is
        </Button>
      </div>
    );
  }
  return (
    <form onSubmit={submit} autoComplete="off" className="flex flex-col gap-4">
      <Field label="Provider">
        <Select
          className="w-full"
          value={choice}
          onChange={choose}
          options={[
            ...offered.map(({ slug, name: label, needsKey }) => ({
              value: slug,
              label,
              ...(needsKey ? {} : { note: 'local server' }),
            })),
            ...(cloudOnly ? [] : [{ value: otherOllama, label: 'Ollama at another address' }]),
            { value: otherServer, label: 'Another server (OpenAI-compatible)' },
          ]}
        />
      </Field>
      {(!vendor || !vendor.needsKey) && (
        <Field
          label="Address"
          description={
            vendor
              ? `${vendor.baseUrl} unless you give another one.`
              : isOllama
                ? 'For example http://192.168.1.20:11434'
                : 'For example https://api.example.com/v1 or http://127.0.0.1:8080/v1'
          }
        >
          <Input
            type="url"
            value={address}
            onChange={setAddress}
            placeholder={vendor?.baseUrl ?? (isOllama ? 'http://192.168.1.20:11434' : 'https://api.example.com/v1')}
          />
        </Field>
      )}
      {!vendor && (
        <Field label="Name" description="What the list shows; the host’s name unless you give one.">
          <Input value={name} onChange={setName} maxLength={60} />
        </Field>
      )}
      {wantsKey && (
        <KeyField
          name={vendor?.name ?? 'the server'}
          keyUrl={vendor?.keyUrl}
          value={key}
          onChange={setKey}
          required={vendor?.needsKey ?? false}
        />
      )}
      {wantsKey && <KeepField value={keep} onChange={setKeep} />}
      {add.error && <Refusal title="The provider wasn’t added" error={add.error} onRetry={() => add.reset()} />}
      <Buttons>
        {onCancel && (
          <Button type="button" variant="ghost" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" variant="primary" disabled={!complete} busy={add.isPending || test.isPending}>
          {test.isPending ? 'Testing the connection' : 'Connect'}
        </Button>
      </Buttons>
      {test.data && (
        <p role="status" className="text-dense text-success">
          Connected: {formatPlural(test.data.models, 'model')}.
        </p>
      )}
    </form>
  );
}

function Buttons({ children }: { children: ReactNode }) {
  return <div className="flex items-center justify-end gap-2">{children}</div>;
}
