/** One trigger: whether it is on, when it is due, what went wrong with it, and its settings. */
import { useNavigate } from '@tanstack/react-router';
import { Play, Trash2, Zap } from 'lucide-react';

import { useMutate } from '@/api/query';
import type { TriggerView } from '@/api/generated';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Switch } from '@/components/switch';
import { Time } from '@/components/time';
import { showToast } from '@/components/toast';
import { useHost } from '@/host/host';

import { CopyLine } from '../../shared/copy-line';
import type { TriggerSpec } from '../../shared/definition';
import { useEditor, useEditorState } from '../model/use-editor';
import { kindOf, ungiven } from './kinds';
import { TriggerFields } from './trigger-fields';

export interface TriggerCardProps {
  trigger: TriggerSpec;
  /** Its place in the definition. */
  index: number;
  live: TriggerView | undefined;
  onChange: (next: TriggerSpec) => void;
  onRemove: () => void;
}

const noInputs = {};

export function TriggerCard({ trigger, index, live, onChange, onRemove }: TriggerCardProps) {
  const editor = useEditor();
  const navigate = useNavigate();
  const faults = useEditorState((state) => state.faults);
  const inputs = useEditorState((state) => state.definition.inputs ?? noInputs);
  const enable = useMutate('trigger/enable');
  const fire = useMutate('trigger/fire', {
    onDone: ({ id }) =>
      showToast({
        title: 'A run has begun',
        action: { label: 'Show', onSelect: () => void navigate({ to: '/runs/$runId', params: { runId: id } }) },
      }),
  });
  const { id, kind } = trigger;
  const known = kindOf(kind);
  const Icon = known?.icon ?? Zap;
  const place = `/triggers/${index}`;
  const problem = (key: string): string | null =>
    faults.find((fault) => fault.place === `${place}/${key}`)?.message ?? null;
  const others = faults.filter(
    (fault) => fault.place === place || (fault.place.startsWith(`${place}/inputs`) && fault.severity === 'error'),
  );
  const failure = enable.error ?? fire.error;
  const always = kind === 'api' || kind === 'chat';
  const open = ungiven(trigger, inputs);
  return (
    <section aria-label={id} className="flex flex-col gap-3 rounded-panel border border-border p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Icon aria-hidden className="size-4.5 shrink-0 text-muted-foreground" />
        <div className="min-w-48 flex-1">
          <h2 className="text-base font-medium">{live?.description ?? known?.title ?? kind}</h2>
          <p className="text-caption text-muted-foreground">
            <span className="font-mono">{id}</span>
            {live === undefined
              ? ' · begins nothing until what you drew can run'
              : !live.enabled && !always
                ? ' · switched off'
                : live.nextAt === undefined
                  ? ''
                  : ' · next '}
            {live?.enabled === true && live.nextAt !== undefined && <Time at={live.nextAt} />}
          </p>
        </div>
        {live && !always && (
          <>
            <Button
              variant="ghost"
              icon={Play}
              busy={fire.isPending}
              onClick={() => fire.mutate({ pipelineId: editor.id, id })}
            >
              Run now
            </Button>
            <Switch
              aria-label={`${id} begins runs`}
              checked={live.enabled}
              disabled={enable.isPending}
              onChange={(enabled) => enable.mutate({ pipelineId: editor.id, id, enabled })}
            />
          </>
        )}
        <IconButton label={`Delete ${id}`} icon={Trash2} onClick={onRemove} />
      </div>
      {live?.lastError !== undefined && <Banner tone="danger">{live.lastError}</Banner>}
      {live?.note !== undefined && <Banner tone="warning">{live.note}</Banner>}
      {failure && <Failure title={enable.error ? 'It wasn’t switched' : 'No run began'} error={failure} />}
      {others.map(({ message }) => (
        <p key={message} className="text-dense text-danger">
          {message}
        </p>
      ))}
      {others.length === 0 && open.length > 0 && (
        <p className="text-dense text-warning">
          A run needs {open.join(', ')}. Say below what this trigger gives for {open.length === 1 ? 'it' : 'them'}.
        </p>
      )}
      {kind === 'webhook' && <Address live={live} secret={enable.data?.secret} />}
      {always ? (
        <p className="text-dense text-muted-foreground">{known?.note}. There is nothing to set.</p>
      ) : (
        <Disclosure title="Settings" defaultOpen={live?.enabled !== true}>
          <TriggerFields trigger={trigger} problem={problem} onChange={onChange} />
        </Disclosure>
      )}
    </section>
  );
}

/** Where a webhook is reached, and what its sender signs with: that is told once. */
function Address({ live, secret }: { live: TriggerView | undefined; secret: string | undefined }) {
  const host = useHost();
  if (live?.path === undefined) return null;
  const address = host.kind === 'browser' ? new URL(live.path, window.location.origin).href : live.path;
  return (
    <div className="flex flex-col gap-3">
      <CopyLine label={host.kind === 'browser' ? 'Address' : 'Path at this computer’s Web+ server'} text={address} />
      {secret !== undefined ? (
        <Banner tone="warning">
          Copy the secret now: it isn’t shown again. The sender signs each request with it, as the Standard Webhooks
          specification says.
        </Banner>
      ) : (
        <p className="text-caption text-muted-foreground">
          {live.enabled
            ? 'Requests are signed as the Standard Webhooks specification says, with the secret that was shown when it was switched on.'
            : 'Its secret is made and shown when you switch it on.'}
        </p>
      )}
      {secret !== undefined && <CopyLine label="Signing secret" text={secret} />}
    </div>
  );
}
