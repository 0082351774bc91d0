/** Changes of files, applied to a folder that the run was given: looked at first, and done only by a press that says what it does. */
import { FileCheck } from 'lucide-react';
import { useEffect, useState } from 'react';

import { toApiError, type ApiError } from '@/api/error';
import type { RunApplied } from '@/api/generated';
import { useClient } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Select } from '@/components/select';
import { SkeletonRows } from '@/components/skeleton';
import { formatPlural } from '@/lib/format';
import { useStore } from '@/lib/store';

import { usePlace } from '../state/place';
import type { ValueOf } from './ways';

/** Files that are named in the question; of more the number says enough. */
const mostNamed = 12;

/** Of a result that holds changes. */
export function ApplyChanges({ of }: { of: ValueOf }) {
  const { live, definition } = usePlace();
  const given = useStore(live.around)?.inputs ?? {};
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState<RunApplied | null>(null);
  const folders = Object.entries(definition.inputs ?? {}).flatMap(([input, { type }]) => {
    const path = given[input];
    return type === 'dir' && typeof path === 'string' && path !== '' ? [{ input, path }] : [];
  });
  if (folders.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button icon={FileCheck} onClick={() => setOpen(true)}>
        Apply these changes
      </Button>
      <p role="status" className="min-w-0 text-dense break-words">
        {done && `${formatPlural(done.files.length, 'file')} changed in ${done.folder}. Nothing is committed.`}
      </p>
      {open && (
        <ApplyDialog
          of={of}
          folders={folders}
          onClose={() => setOpen(false)}
          onApplied={(applied) => {
            setDone(applied);
            setOpen(false);
          }}
        />
      )}
    </div>
  );
}

interface ApplyDialogProps {
  of: ValueOf;
  folders: readonly { input: string; path: string }[];
  onClose: () => void;
  onApplied: (applied: RunApplied) => void;
}

function ApplyDialog({ of, folders, onClose, onApplied }: ApplyDialogProps) {
  const client = useClient();
  const [input, setInput] = useState(folders[0]?.input ?? '');
  // What was found belongs to the folder that was looked at.
  const [looked, setLooked] = useState<{ input: string; found: RunApplied | ApiError } | null>(null);
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const { run, scope, node, port } = of;
  useEffect(() => {
    let over = false;
    const tell = (found: RunApplied | ApiError) => !over && setLooked({ input, found });
    client
      .call('run/apply', { id: run, scope, node, port, input, check: true })
      .then(tell, (thrown: unknown) => tell(toApiError(thrown)));
    return () => {
      over = true;
    };
  }, [client, run, scope, node, port, input, round]);
  const found = looked?.input === input ? looked.found : null;
  const fits = found !== null && 'files' in found ? found : null;
  const failed = found !== null && !('files' in found) ? found : null;
  const apply = async () => {
    setBusy(true);
    try {
      onApplied(await client.call('run/apply', { id: run, scope, node, port, input, check: false }));
    } catch (thrown) {
      setLooked({ input, found: toApiError(thrown) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Apply these changes"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={busy}
            disabled={!fits || fits.already || fits.files.length === 0}
            onClick={() => void apply()}
          >
            {fits && !fits.already ? `Change ${formatPlural(fits.files.length, 'file')}` : 'Apply'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {folders.length > 1 ? (
          <Field label="Where">
            <Select
              value={input}
              onChange={setInput}
              options={folders.map((one) => ({ value: one.input, label: one.input, note: one.path }))}
            />
          </Field>
        ) : (
          <p className="text-dense break-words">
            In <span className="font-mono">{folders[0]?.path}</span>
          </p>
        )}
        {failed ? (
          <Failure title="They don’t fit" error={failed} retryLabel="Look again" onRetry={() => setRound(round + 1)} />
        ) : fits ? (
          <Fits found={fits} />
        ) : (
          <SkeletonRows rows={2} label="Looking whether they fit" />
        )}
      </div>
    </Dialog>
  );
}

function Fits({ found: { files, base, already } }: { found: RunApplied }) {
  if (already) return <p className="text-dense">They are there already. Nothing is left to do.</p>;
  const more = files.length - mostNamed;
  return (
    <>
      <p className="text-dense">
        {base === undefined
          ? 'The run doesn’t say for which commit they were made; each place that they change looks as they expect.'
          : `They fit: commit ${base.slice(0, 10)}, for which they were made, is checked out there.`}{' '}
        The files are changed and nothing is committed.
      </p>
      <ul className="flex flex-col gap-0.5 rounded-control border border-border bg-panel px-3 py-2 font-mono text-dense">
        {files.slice(0, mostNamed).map((file) => (
          <li key={file} className="break-all">
            {file}
          </li>
        ))}
        {more > 0 && <li className="font-sans text-muted-foreground">and {formatPlural(more, 'other')}</li>}
      </ul>
    </>
  );
}
