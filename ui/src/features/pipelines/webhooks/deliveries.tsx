/** What was sent to one receiver and what is still to be, the newest event first. */
import { Link } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';

import type { DeliveryState } from '@/api/generated';
import { useCallPages, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { Select } from '@/components/select';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot } from '@/components/status-dot';
import { Time } from '@/components/time';

import { deliveryFacts, deliveryStates } from './topics';

const states: readonly { value: DeliveryState | 'all'; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'waiting', label: 'On their way' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'failed', label: 'Given up' },
];

export function Deliveries({ webhook }: { webhook: string }) {
  const [state, setState] = useState<DeliveryState | 'all'>('all');
  const list = useCallPages('webhook/deliveries', { id: webhook, ...(state === 'all' ? {} : { state }) });
  const replay = useMutate('webhook/replay', { onDone: () => void list.refetch() });
  return (
    <div className="flex flex-col gap-2">
      <Select
        aria-label="State of what was sent"
        className="self-start"
        options={states}
        value={state}
        onChange={setState}
      />
      {replay.error && <Failure title="It wasn’t sent again" error={replay.error} />}
      {list.error && list.items.length === 0 ? (
        <Failure title="What was sent didn’t load" error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <SkeletonRows label="Loading what was sent" />
      ) : list.items.length === 0 ? (
        <p role="status" className="text-dense text-muted-foreground">
          {state === 'all' ? 'Nothing was sent yet.' : 'Nothing stands so.'}
        </p>
      ) : (
        <ul className="flex flex-col divide-y divide-border border-y border-border">
          {list.items.map((delivery) => (
            <li key={delivery.eventId} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-dense">
              <StatusDot tone={deliveryStates[delivery.state].tone} />
              <div className="min-w-48 flex-1">
                <p>
                  <span className="font-mono">{delivery.topic}</span>
                  {delivery.runId !== undefined && (
                    <>
                      {' · '}
                      <Link
                        to="/runs/$runId"
                        params={{ runId: delivery.runId }}
                        className="text-accent underline underline-offset-2"
                      >
                        its run
                      </Link>
                    </>
                  )}
                </p>
                <p className="tabular text-caption text-muted-foreground">
                  {deliveryStates[delivery.state].words} · {deliveryFacts(delivery)} · <Time at={delivery.createdAt} />
                  {delivery.nextAt !== undefined && (
                    <>
                      {' · next try '}
                      <Time at={delivery.nextAt} />
                    </>
                  )}
                </p>
                {delivery.lastError !== undefined && delivery.state !== 'delivered' && (
                  <p className="text-caption break-words text-danger">{delivery.lastError}</p>
                )}
              </div>
              {delivery.state !== 'waiting' && (
                <Button
                  variant="ghost"
                  icon={RotateCcw}
                  busy={replay.isPending && replay.variables?.eventId === delivery.eventId}
                  onClick={() => replay.mutate({ id: webhook, eventId: delivery.eventId })}
                >
                  Send again
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older ones
          </Button>
        </div>
      )}
    </div>
  );
}
