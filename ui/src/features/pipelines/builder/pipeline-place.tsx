/** One pipeline: opened, and what its tabs are. */
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { useCall, useClient } from '@/api/query';
import type { PipelineView } from '@/api/generated';
import { buttonClass } from '@/components/button';
import { ErrorState, Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { useHost } from '@/host/host';

import type { KindInfo } from '../shared/api';
import { readDefinition } from '../shared/definition';
import { createEditor } from './model/editor';
import { EditorContext } from './model/use-editor';
import { Workbench, type Tab } from './workbench';

export interface PipelinePlaceProps {
  id: string;
  tab: Tab;
  step: string | undefined;
}

export function PipelinePlace({ id, tab, step }: PipelinePlaceProps) {
  const view = useCall('pipeline/get', { id });
  const kinds = useCall('pipeline/kinds', {});
  // What is edited is the editor's: what is asked again later goes to it by events, not from here.
  const [opened, setOpened] = useState<{ view: PipelineView; kinds: KindInfo[] } | null>(null);
  if (!opened && view.data && kinds.data) setOpened({ view: view.data, kinds: kinds.data });
  const failed = view.error ?? kinds.error;
  if (opened) return <Opened {...opened} tab={tab} step={step} />;
  if (failed) {
    return (
      <div className="mx-auto max-w-150 p-6">
        <h1 className="sr-only">Pipeline</h1>
        <Failure
          title="The pipeline didn’t open"
          error={failed}
          onRetry={() => {
            void view.refetch();
            void kinds.refetch();
          }}
        />
        <Link to="/pipelines" className={`${buttonClass('ghost', 'small')} mt-3`}>
          All pipelines
        </Link>
      </div>
    );
  }
  return (
    <>
      <h1 className="sr-only">Pipeline</h1>
      <SkeletonRows label="Opening the pipeline" />
    </>
  );
}

function Opened({
  view,
  kinds,
  tab,
  step,
}: {
  view: PipelineView;
  kinds: KindInfo[];
  tab: Tab;
  step: string | undefined;
}) {
  const client = useClient();
  const host = useHost();
  const [editor] = useState(() =>
    createEditor({ client, storage: host.storage, view, kinds: new Map(kinds.map((kind) => [kind.kind, kind])) }),
  );
  useEffect(() => editor?.start(), [editor]);
  // Whether a model is here is known once somebody asked what there is.
  const { data: models } = useCall('model/list', {});
  useEffect(() => {
    if (models) editor?.look();
  }, [editor, models]);
  useEffect(() => host.setTitle(view.name), [host, view.name]);
  if (!editor) {
    const read = readDefinition(view.definition);
    return (
      <div className="mx-auto max-w-150 p-6">
        <ErrorState title={`${view.name} can’t be drawn`}>
          {'problem' in read ? read.problem : ''} It is kept as it is. Mend its file and import it again.
        </ErrorState>
      </div>
    );
  }
  return (
    <EditorContext value={editor}>
      <Workbench tab={tab} step={step} />
    </EditorContext>
  );
}
