/** What the pipeline was before: every saved change of what it does, against what it is now. */
import { useState } from 'react';

import { toApiError, type ApiError } from '@/api/error';
import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { ScrollArea } from '@/components/scroll-area';
import { SkeletonRows } from '@/components/skeleton';
import { SplitPane } from '@/components/split-pane';
import { Time } from '@/components/time';
import { classNames } from '@/lib/class-names';
import { History } from 'lucide-react';

import { readDefinition } from '../../shared/definition';
import { withPlaces } from '../model/layout';
import { diffLines } from '../model/line-diff';
import { changed } from '../model/edits';
import { useEditor, useEditorState } from '../model/use-editor';
import { DefinitionDiff, meaningOf } from './definition-diff';

export default function VersionsView() {
  const editor = useEditor();
  const versions = useCall('pipeline/versions', { id: editor.id });
  const [chosen, setChosen] = useState<number | null>(null);
  if (versions.error) {
    return (
      <div className="p-4">
        <Failure title="The versions didn’t load" error={versions.error} onRetry={() => void versions.refetch()} />
      </div>
    );
  }
  if (!versions.data) return <SkeletonRows label="Loading the versions" />;
  const list = versions.data.toSorted((a, b) => b.number - a.number);
  const shown = chosen ?? list[1]?.number ?? list[0]?.number;
  if (shown === undefined) {
    return (
      <EmptyState icon={History} title="No versions yet">
        Each change of what the pipeline does is kept here as soon as nothing is wrong with it. Moving boxes makes none.
      </EmptyState>
    );
  }
  return (
    <SplitPane
      name="pipelines.versions"
      label="Versions"
      side={
        <ScrollArea className="h-full p-2">
          <NameVersion />
          <ul>
            {list.map(({ number, label, createdAt }, index) => (
              <li key={number}>
                <button
                  type="button"
                  aria-current={number === shown}
                  onClick={() => setChosen(number)}
                  className={classNames(
                    'focus-inset flex w-full flex-col rounded-control px-2.5 py-1.5 text-left hover:bg-hover',
                    number === shown && 'bg-accent-surface',
                  )}
                >
                  <span className="text-dense font-medium">
                    {label === '' ? `Version ${number}` : label}
                    {index === 0 && <span className="font-normal text-muted-foreground"> (newest)</span>}
                  </span>
                  <span className="text-caption text-muted-foreground">
                    {label !== '' && `${number} · `}
                    <Time at={createdAt} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </ScrollArea>
      }
    >
      <Comparison key={shown} number={shown} />
    </SplitPane>
  );
}

/** Gives what it is now a name, so that it is found again among the versions that every change makes. */
function NameVersion() {
  const editor = useEditor();
  const broken = useEditorState(({ faults }) => faults.some(({ severity }) => severity === 'error'));
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const keep = async () => {
    const label = name.trim();
    if (label === '' || broken) return;
    setBusy(true);
    setFailed(null);
    try {
      await editor.saver.flush(label);
      setName('');
      editor.say(`This version is called ${label}.`);
    } catch (thrown) {
      setFailed(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="mb-2 flex flex-col gap-1.5 border-b border-border px-1 pb-3"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <Field label="Name what it is now" error={failed?.message ?? null}>
        <Input value={name} onChange={setName} maxLength={100} placeholder="Before the new prompt" disabled={broken} />
      </Field>
      {broken ? (
        <p className="text-caption text-muted-foreground">It can have a name once nothing is wrong with it.</p>
      ) : (
        <Button type="submit" className="self-start" busy={busy} disabled={name.trim() === ''}>
          Name this version
        </Button>
      )}
    </form>
  );
}

function Comparison({ number }: { number: number }) {
  const editor = useEditor();
  const now = useEditorState((state) => state.definition);
  const version = useCall('pipeline/version', { id: editor.id, number });
  if (version.error) return <Failure title="That version didn’t load" error={version.error} className="m-4" />;
  if (!version.data) return <SkeletonRows label="Loading the version" />;
  const read = readDefinition(version.data.definition);
  if ('problem' in read) return <p className="p-4 text-dense">{read.problem}</p>;
  const lines = diffLines(meaningOf(read.definition), meaningOf(now));
  const differ = lines.some(({ type }) => type !== 'same');
  const restore = () => {
    // Boxes stay where they are now, as far as they are.
    const ui = { ...read.definition.ui, ...now.ui };
    editor.edit(`Restore version ${number}`, () =>
      withPlaces(changed(read.definition, { ui, pins: now.pins }), editor.kinds),
    );
    editor.seal();
    editor.say(`Version ${number} is back. Undo takes that back.`);
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-2 border-b border-border px-4 py-2">
        <p className="min-w-0 flex-1 text-dense">
          {differ ? `From version ${number} to what it is now` : `Version ${number} is what it is now`}
        </p>
        <Button disabled={!differ} onClick={restore}>
          Restore version {number}
        </Button>
      </div>
      <ScrollArea label="Differences" className="flex-1 p-3">
        <DefinitionDiff lines={lines} />
      </ScrollArea>
    </div>
  );
}
