/** Who is told of runs by signed requests: receivers, what is on its way to them, and what was given up. */
import { Pencil, Plus, Trash2, Webhook as WebhookIcon } from 'lucide-react';
import { useState } from 'react';

import type { Webhook } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { AlertDialog } from '@/components/alert-dialog';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { SkeletonRows } from '@/components/skeleton';
import { Switch } from '@/components/switch';

import { CopyLine } from '../shared/copy-line';
import { topicWords } from '../shared/topics';
import { Deliveries } from './deliveries';
import { WebhookDialog } from './webhook-dialog';

export function WebhooksSection() {
  const list = useCall('webhook/list', {});
  const pipelines = useCall('pipeline/list', {});
  const [editing, setEditing] = useState<Webhook | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Webhook | null>(null);
  /** What was made just now: its secret is shown this once. */
  const [made, setMade] = useState<Webhook | null>(null);
  const remove = useMutate('webhook/remove', { onDone: () => setDeleting(null) });
  const titles = new Map((pipelines.data ?? []).map(({ id, name }) => [id, name]));
  const add = (
    <Button icon={Plus} onClick={() => setEditing('new')}>
      Add a webhook
    </Button>
  );
  return (
    <>
      {made?.secret !== undefined && (
        <div className="flex flex-col gap-3 rounded-panel border border-warning-border p-4">
          <Banner tone="warning">
            Copy the secret now: it isn’t shown again. The receiver checks each request with it, as the Standard
            Webhooks specification says.
          </Banner>
          <CopyLine label={`Signing secret of ${made.url}`} text={made.secret} />
          <div>
            <Button onClick={() => setMade(null)}>I have copied it</Button>
          </div>
        </div>
      )}
      {list.error ? (
        <Failure title="The webhooks didn’t load" error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <SkeletonRows label="Loading the webhooks" />
      ) : list.data.length === 0 ? (
        <EmptyState icon={WebhookIcon} title="Nobody is told" action={add}>
          A webhook tells another program when a run ends or waits for somebody. Each request is signed, tried again
          until it is taken, and kept here for 30 days.
        </EmptyState>
      ) : (
        <>
          {list.data.map((webhook) => (
            <Receiver
              key={webhook.id}
              webhook={webhook}
              pipeline={
                webhook.pipelineId === undefined ? undefined : (titles.get(webhook.pipelineId) ?? webhook.pipelineId)
              }
              onEdit={() => setEditing(webhook)}
              onDelete={() => setDeleting(webhook)}
            />
          ))}
          <div>{add}</div>
        </>
      )}
      {remove.error && <Failure title="It wasn’t deleted" error={remove.error} />}
      {editing && (
        <WebhookDialog
          webhook={editing === 'new' ? undefined : editing}
          pipelines={pipelines.data ?? []}
          onClose={() => setEditing(null)}
          onSaved={(saved) => {
            setEditing(null);
            if (saved.secret !== undefined) setMade(saved);
            void list.refetch();
          }}
        />
      )}
      <AlertDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title="Delete this webhook"
        description={`${deleting?.url ?? ''} is told nothing more. What is still on its way to it is dropped, and its secret is forgotten.`}
        confirm="Delete webhook"
        busy={remove.isPending}
        onConfirm={() => deleting && remove.mutate({ id: deleting.id }, { onSuccess: () => void list.refetch() })}
      />
    </>
  );
}

interface ReceiverProps {
  webhook: Webhook;
  /** The name of the only pipeline that it is told of. */
  pipeline: string | undefined;
  onEdit: () => void;
  onDelete: () => void;
}

function Receiver({ webhook, pipeline, onEdit, onDelete }: ReceiverProps) {
  const save = useMutate('webhook/save');
  const { id, url, topics, enabled, allowLocal, pipelineId, lastError } = webhook;
  const [open, setOpen] = useState(false);
  return (
    <section aria-label={url} className="flex flex-col gap-2 rounded-panel border border-border p-4">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <div className="min-w-48 flex-1">
          <h3 className="font-mono text-dense font-medium break-all">{url}</h3>
          <p className="text-caption text-muted-foreground">
            Told: {topicWords(topics)}
            {pipeline !== undefined && ` · of ${pipeline} only`}
          </p>
        </div>
        <Switch
          aria-label={`${url} is told`}
          checked={enabled}
          disabled={save.isPending}
          onChange={(next) =>
            save.mutate({
              id,
              url,
              topics,
              allowLocal,
              enabled: next,
              ...(pipelineId === undefined ? {} : { pipelineId }),
            })
          }
        />
        <IconButton label={`Change ${url}`} icon={Pencil} onClick={onEdit} />
        <IconButton label={`Delete ${url}`} icon={Trash2} onClick={onDelete} />
      </div>
      {lastError !== undefined && <Banner tone={enabled ? 'warning' : 'danger'}>{lastError}</Banner>}
      {save.error && <Failure title="It wasn’t switched" error={save.error} />}
      <Disclosure title="What was sent" onOpenChange={setOpen}>
        {open && <Deliveries webhook={id} />}
      </Disclosure>
    </section>
  );
}
