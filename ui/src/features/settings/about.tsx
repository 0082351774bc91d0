import { CircleCheck, CircleX, RefreshCw, TriangleAlert } from 'lucide-react';

import type { Check } from '@/api/generated';
import { useCall } from '@/api/query';
import { Button, type Icon } from '@/components/button';
import { ErrorState, Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { classNames } from '@/lib/class-names';

import { Row } from './parts';

export function About() {
  const status = useCall('system/status', {});
  const doctor = useCall('system/doctor', {});
  return (
    <>
      <Row title="Web+" note="Everything is kept on this computer; keys are in its keychain.">
        <span className="tabular text-dense text-muted-foreground select-text">
          {status.data ? `Version ${status.data.version}` : ''}
        </span>
      </Row>
      {status.data?.databaseNotice !== undefined && (
        <ErrorState title={status.data.readOnly ? 'Nothing can be saved' : 'About the database'}>
          {status.data.databaseNotice}
        </ErrorState>
      )}
      <div className="flex items-center justify-between gap-4">
        <h3 className="text-base font-medium">What must work</h3>
        <Button variant="ghost" icon={RefreshCw} busy={doctor.isFetching} onClick={() => void doctor.refetch()}>
          Look again
        </Button>
      </div>
      {doctor.isPending ? (
        <SkeletonRows label="Looking" rows={4} />
      ) : doctor.error ? (
        <Failure title="The checks didn’t run" error={doctor.error} onRetry={() => void doctor.refetch()} />
      ) : (
        <ul className="-mt-2 flex flex-col divide-y divide-border border-y border-border">
          {doctor.data.checks.map((check) => (
            <CheckRow key={check.id} check={check} />
          ))}
        </ul>
      )}
    </>
  );
}

const shown: Record<Check['status'], { icon: Icon; tone: string; words: string }> = {
  ok: { icon: CircleCheck, tone: 'text-success', words: 'Works' },
  warn: { icon: TriangleAlert, tone: 'text-warning', words: 'Works, with a note' },
  fail: { icon: CircleX, tone: 'text-danger', words: 'Doesn’t work' },
};

function CheckRow({ check: { status, message, fix } }: { check: Check }) {
  const { icon: IconShown, tone, words } = shown[status];
  return (
    <li className="flex items-start gap-2.5 py-2.5">
      <IconShown className={classNames('mt-0.5 size-4 shrink-0', tone)} />
      <p className="min-w-0 text-dense">
        <span className="sr-only">{words}: </span>
        {message}
        {fix !== undefined && <span className="block text-muted-foreground">{fix}</span>}
      </p>
    </li>
  );
}
