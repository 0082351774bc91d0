/** The secrets of pipelines: entered here, never shown again. Each goes to the one place that it was entered for. */
import { Link } from '@tanstack/react-router';
import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import type { KeepKey, SecretEntry } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { AlertDialog } from '@/components/alert-dialog';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { SkeletonRows } from '@/components/skeleton';
import { Time } from '@/components/time';

import { EnterSecret } from './enter-secret';
import { keepWords, keyOfSecret, placeWords } from './places';

export interface SecretsSectionProps {
  /** Where secrets may be kept here, as a control. */
  keepField: (value: KeepKey | null, onChange: (keep: KeepKey) => void) => ReactNode;
  /** What holds unless somebody chooses; null where they must. */
  preset: KeepKey | null;
}

export function SecretsSection({ keepField, preset }: SecretsSectionProps) {
  const list = useCall('secret/list', {});
  const pipelines = useCall('pipeline/list', {});
  const [entering, setEntering] = useState<SecretEntry | 'new' | null>(null);
  const [deleting, setDeleting] = useState<SecretEntry | null>(null);
  const remove = useMutate('secret/delete', {
    onDone: () => {
      setDeleting(null);
      void list.refetch();
    },
  });
  const titles = new Map((pipelines.data ?? []).map(({ id, name }) => [id, name]));
  const add = (
    <Button icon={Plus} onClick={() => setEntering('new')}>
      Enter a secret
    </Button>
  );
  return (
    <>
      {list.error ? (
        <Failure title="The secrets didn’t load" error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <SkeletonRows label="Loading the secrets" />
      ) : list.data.length === 0 ? (
        <EmptyState icon={KeyRound} title="No secrets yet" action={add}>
          A step writes secret://NAME where a key or a token belongs. What it stands for is entered here and never shown
          again.
        </EmptyState>
      ) : (
        <>
          <ul aria-label="Secrets" className="flex flex-col divide-y divide-border border-y border-border">
            {list.data.map((secret) => (
              <li key={keyOfSecret(secret)} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
                <div className="min-w-56 flex-1">
                  <p className="flex flex-wrap items-center gap-2">
                    <span className="font-mono text-base font-medium break-all">{secret.name}</span>
                    {!secret.present && <Badge tone="warning">Not there now</Badge>}
                  </p>
                  <p className="text-dense break-words text-muted-foreground">
                    {placeWords(secret.place)} · kept {keepWords[secret.keep]} · entered <Time at={secret.setAt} />
                  </p>
                  {!secret.present && (
                    <p className="text-dense text-warning">
                      {secret.keep === 'session'
                        ? 'It was for one session. Enter it again.'
                        : 'Open the place where it is kept, or enter it again.'}
                    </p>
                  )}
                  {secret.pipelines.length > 0 && (
                    <p className="text-caption text-muted-foreground">
                      Used by{' '}
                      {secret.pipelines.map((id, index) => (
                        <span key={id}>
                          {index > 0 && ', '}
                          <Link
                            to="/pipelines/$pipelineId"
                            params={{ pipelineId: id }}
                            className="text-accent underline underline-offset-2"
                          >
                            {titles.get(id) ?? id}
                          </Link>
                        </span>
                      ))}
                    </p>
                  )}
                </div>
                <Button onClick={() => setEntering(secret)}>Enter anew</Button>
                <IconButton label={`Delete ${secret.name}`} icon={Trash2} onClick={() => setDeleting(secret)} />
              </li>
            ))}
          </ul>
          <div>{add}</div>
        </>
      )}
      {remove.error && <Failure title="It wasn’t deleted" error={remove.error} />}
      {entering && (
        <EnterSecret
          keepField={keepField}
          preset={preset}
          replaces={entering === 'new' ? undefined : entering}
          onClose={() => setEntering(null)}
          onEntered={() => {
            setEntering(null);
            void list.refetch();
          }}
        />
      )}
      <AlertDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete ${deleting?.name ?? ''}`}
        description="It is removed from where it is kept. Nobody can show it again; steps that name it fail until it is entered anew."
        confirm="Delete secret"
        busy={remove.isPending}
        onConfirm={() => deleting && remove.mutate({ name: deleting.name, place: deleting.place })}
      />
    </>
  );
}
