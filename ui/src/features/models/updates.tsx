/** Newer versions of what Ollama holds. Asked for, never by itself: it is a look over the network. */
import { useState, type ReactNode } from 'react';

import { toApiError } from '@/api/error';
import { useCall, useClient } from '@/api/query';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { formatPlural } from '@/lib/format';

import { nameOf, providerOf } from './facts';

const nothing: ReadonlySet<string> = new Set();

export function useUpdates() {
  const [asked, setAsked] = useState(false);
  const updates = useCall('model/updates', {}, { enabled: asked });
  const [hidden, setHidden] = useState(false);
  return {
    updates,
    asked: asked && !hidden,
    look: () => {
      setHidden(false);
      if (asked) void updates.refetch();
      else setAsked(true);
    },
    hide: () => setHidden(true),
    outdated: updates.data === undefined ? nothing : new Set(updates.data.map(({ id }) => id)),
  };
}

export function Updates({ updates, asked, look, hide }: ReturnType<typeof useUpdates>) {
  const client = useClient();
  const [state, setState] = useState<{ type: 'idle' | 'asking' | 'asked' } | { type: 'failed'; message: string }>({
    type: 'idle',
  });
  if (!asked) return null;
  const all = updates.data ?? [];
  const close = (
    <Button variant="ghost" onClick={hide}>
      Close
    </Button>
  );
  if (updates.isFetching) {
    return <Line tone="info" text="Looking for newer versions" action={close} />;
  }
  if (updates.error) {
    return (
      <Line
        tone="danger"
        text={`Newer versions couldn’t be looked for. ${updates.error.message}`}
        action={
          <>
            <Button onClick={look}>Try again</Button>
            {close}
          </>
        }
      />
    );
  }
  if (all.length === 0) {
    return (
      <Line
        tone="success"
        text="What Web+ pulled is as new as it can be. Other models aren’t asked for: their names stay on this computer."
        action={close}
      />
    );
  }
  const updateAll = () => {
    setState({ type: 'asking' });
    // Each where it stands: there may be several hosts.
    Promise.all(all.map(({ id }) => client.call('model/pull', { reference: nameOf(id), target: providerOf(id) })))
      .then(() => setState({ type: 'asked' }))
      .catch((thrown: unknown) => setState({ type: 'failed', message: toApiError(thrown).message }));
  };
  return (
    <Line
      tone={state.type === 'failed' ? 'danger' : 'info'}
      text={
        state.type === 'failed'
          ? `Not all could be begun. ${state.message}`
          : state.type === 'asked'
            ? `${formatPlural(all.length, 'newer version')} on the way. What is here works until each is whole.`
            : `${formatPlural(all.length, 'model has', 'models have')} a newer version.`
      }
      action={
        <>
          {state.type !== 'asked' && (
            <Button busy={state.type === 'asking'} onClick={updateAll}>
              Update all
            </Button>
          )}
          {close}
        </>
      }
    />
  );
}

function Line({ tone, text, action }: { tone: 'info' | 'success' | 'danger'; text: string; action: ReactNode }) {
  return (
    <Banner tone={tone} action={action} className="mx-4 my-2">
      {text}
    </Banner>
  );
}
