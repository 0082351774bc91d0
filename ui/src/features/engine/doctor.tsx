/** What must work, checked: each green, or with its sentence and the button that mends it; and a text for who helps. */
import { CircleCheck, CircleX, ClipboardCopy, RefreshCw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';

import { toApiError } from '@/api/error';
import type { MethodName, Params } from '@/api/client';
import type { Check, Machine as MachineFacts } from '@/api/generated';
import { useCall, useClient } from '@/api/query';
import { Badge } from '@/components/badge';
import { Button, type Icon } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { classNames } from '@/lib/class-names';
import { formatBytes, formatPlural } from '@/lib/format';

export function Doctor() {
  const doctor = useCall('system/doctor', {});
  const hardware = useCall('system/hardware', {});
  const [reading, setReading] = useState(false);
  const checks = doctor.data?.checks ?? [];
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p role="status" className="flex flex-wrap items-center gap-2 text-base font-medium">
          {doctor.isPending ? 'Looking' : doctor.error ? '' : <Summary checks={checks} />}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button icon={RefreshCw} busy={doctor.isFetching} onClick={() => void doctor.refetch()}>
            Run again
          </Button>
          <Button icon={ClipboardCopy} onClick={() => setReading(true)}>
            Copy support bundle
          </Button>
        </div>
      </div>
      {doctor.isPending ? (
        <SkeletonRows label="Running the checks" rows={6} />
      ) : doctor.error ? (
        <Failure title="The checks didn’t run" error={doctor.error} onRetry={() => void doctor.refetch()} />
      ) : (
        <ul aria-label="Checks" className="-mt-2 flex flex-col divide-y divide-border border-y border-border">
          {inOrder(checks).map((check) => (
            <CheckRow key={check.id} check={check} onMended={() => void doctor.refetch()} />
          ))}
        </ul>
      )}
      {hardware.data && <Machine hardware={hardware.data} />}
      <Bundle open={reading} onClose={() => setReading(false)} />
    </>
  );
}

/** What doesn't work first, then what has a note; each kind as the checks came. */
export function inOrder(checks: readonly Check[]): Check[] {
  const rank = { fail: 0, warn: 1, ok: 2 };
  return [...checks].sort((one, other) => rank[one.status] - rank[other.status]);
}

function Summary({ checks }: { checks: readonly Check[] }) {
  const failed = checks.filter(({ status }) => status === 'fail').length;
  const noted = checks.filter(({ status }) => status === 'warn').length;
  if (failed + noted === 0) return 'Everything works';
  return (
    <>
      {failed > 0 && <Badge tone="danger">{failed === 1 ? '1 doesn’t work' : `${failed} don’t work`}</Badge>}
      {noted > 0 && <Badge tone="warning">{noted === 1 ? '1 with a note' : `${noted} with a note`}</Badge>}
      <span className="text-dense font-normal text-muted-foreground">of {formatPlural(checks.length, 'check')}</span>
    </>
  );
}

const shown: Record<Check['status'], { icon: Icon; tone: string; words: string }> = {
  ok: { icon: CircleCheck, tone: 'text-success', words: 'Works' },
  warn: { icon: TriangleAlert, tone: 'text-warning', words: 'Works, with a note' },
  fail: { icon: CircleX, tone: 'text-danger', words: 'Doesn’t work' },
};

function CheckRow({ check: { title, status, message, fix }, onMended }: { check: Check; onMended: () => void }) {
  const client = useClient();
  const [mending, setMending] = useState<'no' | 'now' | { failed: string }>('no');
  const { icon: IconShown, tone, words } = shown[status];
  const mend = (method: string, params: unknown) => {
    setMending('now');
    client
      .call(method as MethodName, params as Params<MethodName>)
      .then(() => {
        setMending('no');
        onMended();
      })
      .catch((thrown: unknown) => setMending({ failed: toApiError(thrown).message }));
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5">
      <div className="flex min-w-56 flex-1 items-start gap-2.5">
        <IconShown aria-hidden className={classNames('mt-0.5 size-4 shrink-0', tone)} />
        <div className="min-w-0 text-dense">
          <p className="font-medium">
            {title}
            <span className="sr-only">: {words}</span>
          </p>
          <p className="break-words text-pretty text-muted-foreground select-text">{message}</p>
          {typeof mending === 'object' && (
            <p role="alert" className="text-danger">
              {mending.failed}
            </p>
          )}
        </div>
      </div>
      {fix !== undefined && (
        <Button busy={mending === 'now'} onClick={() => mend(fix.method, fix.params)}>
          {fix.label}
        </Button>
      )}
    </li>
  );
}

function Machine({ hardware }: { hardware: MachineFacts }) {
  const { processor, physicalCores, logicalCores, totalMemory, availableMemory, gpus } = hardware;
  const facts: [string, string][] = [
    [
      'Processor',
      [processor.name, `${formatPlural(physicalCores, 'core')}, ${formatPlural(logicalCores, 'thread')}`]
        .filter(Boolean)
        .join(' · '),
    ],
    ['Memory', `${formatBytes(availableMemory)} free of ${formatBytes(totalMemory)}`],
    ...gpus.map(({ name, memoryTotal, memoryFree }): [string, string] => [
      'Graphics card',
      memoryTotal === null
        ? name
        : `${name} · ${memoryFree === null ? '' : `${formatBytes(memoryFree)} free of `}${formatBytes(memoryTotal)}`,
    ]),
  ];
  return (
    <section aria-labelledby="machine">
      <h3 id="machine" className="text-base font-medium">
        This computer
      </h3>
      <dl className="tabular mt-1">
        {facts.map(([name, value], index) => (
          <div key={index} className="flex flex-wrap gap-x-4 border-b border-border py-1.5 text-dense last:border-0">
            <dt className="w-32 shrink-0 text-muted-foreground">{name}</dt>
            <dd className="min-w-48 flex-1 select-text">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Shown before it is copied: nobody gives away what they haven't seen. */
function Bundle({ open, onClose }: { open: boolean; onClose: () => void }) {
  const bundle = useCall('system/bundle', {}, { enabled: open });
  const [copied, setCopied] = useState(false);
  const close = () => {
    setCopied(false);
    onClose();
  };
  const { data } = bundle;
  return (
    <Dialog
      open={open}
      onClose={close}
      width="large"
      title="Support bundle"
      description="What helps somebody to help you. It holds no keys and nothing that you wrote; read it over before you pass it on."
      footer={
        <Button
          variant="primary"
          icon={ClipboardCopy}
          disabled={!data}
          onClick={() => data && void navigator.clipboard.writeText(data.text).then(() => setCopied(true))}
        >
          {copied ? 'Copied' : 'Copy'}
        </Button>
      }
    >
      {bundle.isPending ? (
        <SkeletonRows label="Putting it together" rows={6} />
      ) : bundle.error ? (
        <Failure
          title="The bundle couldn’t be put together"
          error={bundle.error}
          onRetry={() => void bundle.refetch()}
        />
      ) : (
        <pre
          tabIndex={0}
          aria-label="Support bundle"
          className="max-h-[50vh] overflow-auto rounded-control border border-border bg-panel p-3 font-mono text-caption whitespace-pre-wrap break-words select-text"
        >
          {bundle.data.text}
        </pre>
      )}
    </Dialog>
  );
}
