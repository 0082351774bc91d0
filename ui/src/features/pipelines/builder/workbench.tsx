/** An open pipeline: its header, its tabs, and what floats over them. */
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, Ellipsis, FileDown, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Menu } from '@/components/menu';
import { SkeletonRows } from '@/components/skeleton';
import { showToast } from '@/components/toast';
import { useActions } from '@/lib/actions';
import { classNames } from '@/lib/class-names';
import { later } from '@/lib/later';

import { RunsList } from '../runs';
import { ExportDialog } from './list/export-dialog';
import { useEditor, useEditorState } from './model/use-editor';
import { RunDialog } from './run/run-dialog';
import { SaveBanner, SaveLine } from './save-line';
import { Bench } from './bench';

const TextView = later(() => import('./views/text-view'));
const VersionsView = later(() => import('./views/versions-view'));
const TriggersView = later(() => import('./triggers/triggers-view'));
const TestsView = later(() => import('./tests/tests-view'));
const SettingsView = later(() => import('./views/settings-view'));

export type Tab = 'canvas' | 'text' | 'runs' | 'versions' | 'triggers' | 'tests' | 'settings';
const tabs: readonly { tab: Tab; title: string }[] = [
  { tab: 'canvas', title: 'Canvas' },
  { tab: 'text', title: 'Text' },
  { tab: 'runs', title: 'Runs' },
  { tab: 'versions', title: 'Versions' },
  { tab: 'triggers', title: 'Triggers' },
  { tab: 'tests', title: 'Tests' },
  { tab: 'settings', title: 'Settings' },
];

export function Workbench({ tab, step }: { tab: Tab; step: string | undefined }) {
  const editor = useEditor();
  const navigate = useNavigate();
  const client = editor.client;
  const name = useEditorState(({ definition }) => definition.name ?? definition.id);
  const errors = useEditorState(({ faults }) => faults.filter(({ severity }) => severity === 'error').length);
  const [running, setRunning] = useState<{ until?: string } | null>(null);
  const [exporting, setExporting] = useState(false);
  const remove = useMutate('pipeline/delete', {
    onDone: () => {
      // Nothing of it is written any more, or it would be back.
      editor.saver.took(editor.store.get().definition);
      showToast({
        title: `Deleted ${name}`,
        action: { label: 'Undo', onSelect: () => void client.call('pipeline/restore', { id: editor.id }) },
      });
      void navigate({ to: '/pipelines' });
    },
  });
  useActions([
    {
      id: 'pipeline.run',
      title: `Run ${name}`,
      section: 'Pipelines',
      shortcut: 'Mod+Enter',
      icon: Play,
      run: () => setRunning({}),
    },
    {
      id: 'pipeline.export',
      title: `Export ${name}`,
      section: 'Pipelines',
      icon: FileDown,
      run: () => setExporting(true),
    },
  ]);
  const openExport = () =>
    void editor.saver.flush().then(
      () => setExporting(true),
      () => undefined,
    );
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-2 border-b border-border pt-2 pr-3 pl-2 lg:pt-0">
        <Link
          to="/pipelines"
          aria-label="All pipelines"
          className="flex size-8 shrink-0 items-center justify-center rounded-control text-muted-foreground hover:bg-hover"
        >
          <ArrowLeft className="size-4" />
        </Link>
        <h1 className="max-w-64 min-w-0 truncate text-heading">{name}</h1>
        <span className="text-caption text-muted-foreground">
          <SaveLine />
        </span>
        <nav
          aria-label="Views of the pipeline"
          className="order-last flex w-full gap-0.5 overflow-x-auto lg:order-none lg:ml-4 lg:w-auto"
        >
          {tabs.map(({ tab: to, title }) => (
            <Link
              key={to}
              to="/pipelines/$pipelineId"
              params={{ pipelineId: editor.id }}
              search={to === 'canvas' ? {} : { tab: to }}
              aria-current={to === tab ? 'page' : undefined}
              className={classNames(
                'focus-inset flex h-12 items-center border-b-2 px-2.5 text-dense font-medium whitespace-nowrap transition-colors',
                to === tab
                  ? 'border-primary text-foreground'
                  : 'border-transparent text-muted-foreground hover:text-foreground',
              )}
            >
              {title}
            </Link>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-1">
          <Menu
            align="end"
            trigger={<IconButton label="More about the pipeline" icon={Ellipsis} />}
            entries={[
              { label: 'Export', icon: FileDown, onSelect: openExport },
              'separator',
              {
                label: 'Delete pipeline',
                icon: Trash2,
                danger: true,
                onSelect: () => remove.mutate({ id: editor.id }),
              },
            ]}
          />
          <Button
            variant="primary"
            icon={Play}
            aria-keyshortcuts="Control+Enter"
            onClick={() => setRunning({})}
            title={errors > 0 ? 'It can’t run yet: see what is wrong with it' : undefined}
          >
            Run
          </Button>
        </div>
      </header>
      <SaveBanner />
      {remove.error && <Failure title="It wasn’t deleted" error={remove.error} className="m-2" />}
      <div className="min-h-0 flex-1">
        <View tab={tab} step={step} onRun={(until) => setRunning(until === undefined ? {} : { until })} />
      </div>
      {running && (
        <RunDialog
          until={running.until}
          onClose={() => setRunning(null)}
          onStarted={(run) => {
            setRunning(null);
            void navigate({ to: '/runs/$runId', params: { runId: run.id } });
          }}
        />
      )}
      {exporting && <ExportDialog id={editor.id} onClose={() => setExporting(false)} />}
    </div>
  );
}

function View({ tab, step, onRun }: { tab: Tab; step: string | undefined; onRun: (until?: string) => void }) {
  const editor = useEditor();
  const meanwhile = <SkeletonRows label="Loading" />;
  switch (tab) {
    case 'canvas':
      return <Bench step={step} onRun={onRun} />;
    case 'text':
      return <TextView meanwhile={meanwhile} />;
    case 'runs':
      return <RunsList pipelineId={editor.id} />;
    case 'versions':
      return <VersionsView meanwhile={meanwhile} />;
    case 'triggers':
      return <TriggersView meanwhile={meanwhile} />;
    case 'tests':
      return <TestsView meanwhile={meanwhile} />;
    case 'settings':
      return <SettingsView meanwhile={meanwhile} actions={null} />;
  }
}
