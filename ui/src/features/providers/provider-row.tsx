import { Ellipsis, KeyRound, LockOpen, Pencil, Power, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';

import type { Provider, Vendor } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Menu, type MenuEntry } from '@/components/menu';
import { StatusDot, type Tone } from '@/components/status-dot';
import { classNames } from '@/lib/class-names';
import { formatPlural } from '@/lib/format';

import { EditDialog, KeyDialog, RemoveDialog } from './edit-dialogs';
import { useKeyPlaces } from './key-fields';
import { Refusal } from './refusal';
import { VaultDialog } from './vault-fields';

type Open = 'key' | 'edit' | 'remove' | 'vault' | null;

export function ProviderRow({ provider, vendor }: { provider: Provider; vendor: Vendor | undefined }) {
  const [open, setOpen] = useState<Open>(null);
  const test = useMutate('provider/test');
  const update = useMutate('provider/update');
  const { id, name, enabled, baseUrl, kind } = provider;
  const own = kind === 'embedded';
  const takesKey = !own && kind !== 'ollama';
  // The key is kept; only where it is kept can't be read at the moment.
  const unreadable = provider.keyState === 'unavailable' || provider.keyState === 'locked';
  const inVault = provider.keySource.type === 'vault';
  const { problem, again, looking } = useKeyPlaces();
  const providers = useCall('provider/list', {});
  const lookAgain = () => {
    again();
    void providers.refetch();
  };
  const close = () => setOpen(null);
  const entries: MenuEntry[] = [
    ...(takesKey
      ? [
          {
            label: provider.keySource.type === 'none' ? 'Enter a key' : 'Change the key',
            icon: KeyRound,
            onSelect: () => setOpen('key'),
          },
        ]
      : []),
    ...(own ? [] : [{ label: 'Name and address', icon: Pencil, onSelect: () => setOpen('edit') }]),
    {
      label: enabled ? 'Switch off' : 'Switch on',
      icon: Power,
      onSelect: () => update.mutate({ id, enabled: !enabled }),
    },
    ...(own
      ? []
      : ([
          'separator',
          { label: 'Remove', icon: Trash2, danger: true, onSelect: () => setOpen('remove') },
        ] satisfies MenuEntry[])),
  ];
  return (
    <li className="flex flex-col gap-2 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className={classNames('min-w-48 flex-1', !enabled && 'text-muted-foreground')}>
          <p className="flex flex-wrap items-center gap-2">
            <span className="text-base font-medium">{name}</span>
            {!enabled && <Badge>Off</Badge>}
          </p>
          <p className="truncate text-caption text-muted-foreground" title={baseUrl}>
            {own ? 'Runs models on this computer' : baseUrl}
          </p>
        </div>
        <Health provider={provider} />
        <KeyFact provider={provider} />
        <div className="flex items-center gap-1">
          {takesKey && provider.keyState === 'missing' ? (
            <Button icon={KeyRound} onClick={() => setOpen('key')}>
              Enter the key
            </Button>
          ) : unreadable && inVault ? (
            <Button icon={LockOpen} onClick={() => setOpen('vault')}>
              Open the vault
              <span className="sr-only"> for the key of {name}</span>
            </Button>
          ) : unreadable ? (
            <Button icon={RefreshCw} busy={looking} onClick={lookAgain}>
              Look again
              <span className="sr-only"> for the key of {name}</span>
            </Button>
          ) : (
            <Button busy={test.isPending} disabled={!enabled} onClick={() => test.mutate({ id })}>
              Test
              <span className="sr-only"> {name}</span>
            </Button>
          )}
          <Menu
            align="end"
            entries={entries}
            trigger={<IconButton label={`What can be done with ${name}`} icon={Ellipsis} />}
          />
        </div>
      </div>
      {unreadable && !inVault && problem !== undefined && <p className="text-dense text-muted-foreground">{problem}</p>}
      {test.data && !test.isPending && (
        <p role="status" className="flex items-center gap-2 text-dense">
          <StatusDot tone="success" />
          It answers{test.data.server === undefined ? '' : ` (${test.data.server})`} and offers{' '}
          {formatPlural(test.data.models, 'model')}.
        </p>
      )}
      {test.error && !test.isPending && (
        <Refusal
          title={`${name} didn’t pass the test`}
          error={test.error}
          onRetry={() => test.mutate({ id })}
          onKey={takesKey ? () => setOpen('key') : undefined}
          onAddress={own ? undefined : () => setOpen('edit')}
        />
      )}
      {update.error && <Refusal title={`${name} wasn’t changed`} error={update.error} onRetry={() => update.reset()} />}
      {open === 'vault' && <VaultDialog onClose={close} />}
      {open === 'key' && <KeyDialog provider={provider} vendor={vendor} onClose={close} />}
      {open === 'edit' && <EditDialog provider={provider} onClose={close} />}
      {open === 'remove' && <RemoveDialog provider={provider} onClose={close} />}
    </li>
  );
}

const hosts: readonly Provider['kind'][] = ['ollama', 'openai_compatible'];

/** Whether a server that may be down answered when it was asked for its models. The cloud’s are asked when they are used. */
function Health({ provider: { kind, slug, enabled } }: { provider: Provider }) {
  const isHost = enabled && hosts.includes(kind);
  const list = useCall('model/list', {}, { enabled: isHost, refetchEvery: 30_000 });
  if (!isHost || list.data === undefined) return null;
  const problem = list.data.problems.find(({ provider }) => provider === slug);
  return (
    <span className="flex items-center gap-2 text-dense whitespace-nowrap" title={problem?.message}>
      <StatusDot tone={problem === undefined ? 'success' : 'danger'} />
      {problem === undefined ? 'Answers' : 'Doesn’t answer'}
      {problem !== undefined && <span className="sr-only">: {problem.message}</span>}
    </span>
  );
}

function KeyFact({ provider }: { provider: Provider }) {
  const { keyState, keyHint, keySource } = provider;
  if (keyState === 'not_needed') return null;
  const place = {
    none: '',
    keychain: 'in the keychain',
    vault: 'in the vault',
    session: 'for this session',
    env: 'from the environment',
  }[keySource.type];
  const [tone, words]: [Tone, string] =
    keyState === 'present'
      ? ['success', keyHint === undefined ? 'Key kept' : `Key …${keyHint}`]
      : keyState === 'locked'
        ? ['warning', keySource.type === 'vault' ? 'Vault is closed' : 'Keychain is locked']
        : keyState === 'unavailable'
          ? ['warning', 'No keychain']
          : ['danger', 'Key is missing'];
  return (
    <span className="tabular flex items-center gap-2 text-dense whitespace-nowrap">
      <StatusDot tone={tone} />
      {words}
      {keyState === 'present' && place !== '' && <span className="text-muted-foreground">{place}</span>}
    </span>
  );
}
