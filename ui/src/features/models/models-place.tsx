import { useNavigate, useSearch } from '@tanstack/react-router';
import { Boxes, Download, RefreshCw, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import type { Model } from '@/api/generated';
import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { Header } from '@/components/header';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { ScrollArea } from '@/components/scroll-area';
import { Segmented } from '@/components/segmented';
import { SkeletonRows } from '@/components/skeleton';
import { SplitPane } from '@/components/split-pane';
import { useHost } from '@/host/host';
import { useActions } from '@/lib/actions';
import { formatCount } from '@/lib/format';
import { inspectorLimits } from '@/lib/panel-width';

import { AddFileButton, DropZone, usePickFile } from './add-file';
import { filterModels, sortModels, type Sorting, type Where } from './facts';
import { Incoming } from './incoming';
import { Loaded } from './loaded';
import { ModelDetail } from './model-detail';
import { ModelTable } from './model-table';
import { Problems } from './problems';
import { RemoveModel } from './remove-model';
import { Starters } from './starters';
import { useShelf } from './use-shelf';

export function ModelsPlace() {
  const { model: chosen } = useSearch({ from: '/models' });
  const navigate = useNavigate({ from: '/models' });
  const { list, memory, refresh, providerName } = useShelf();
  const engine = useCall('engine/state', {});
  const pick = usePickFile();
  const host = useHost();
  useEffect(() => host.setTitle('Models'), [host]);
  const find = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [where, setWhere] = useState<Where>('all');
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [removing, setRemoving] = useState<Model | null>(null);
  const [downloading, setDownloading] = useState(false);

  const all = list.data?.models ?? [];
  const shown = sortModels(filterModels(all, text, where), sorting);
  const detail = all.find(({ id }) => id === chosen);
  const choose = (id: string | undefined) =>
    void navigate({ search: id === undefined ? {} : { model: id }, replace: true });
  const reload = () => refresh.mutate({ refresh: true });
  useActions([
    {
      id: 'models.find',
      title: 'Find a model',
      section: 'Models',
      shortcut: 'Mod+F',
      icon: Search,
      run: () => find.current?.focus(),
    },
    { id: 'models.add', title: 'Add a model file', section: 'Models', keywords: 'gguf import', run: pick },
    {
      id: 'models.download',
      title: 'Download a model',
      section: 'Models',
      keywords: 'starter hub',
      run: () => setDownloading(true),
    },
    { id: 'models.refresh', title: 'Ask all providers for their models again', section: 'Models', run: reload },
  ]);

  return (
    <DropZone>
      <SplitPane
        name="models.detail"
        label="Details"
        edge="right"
        limits={inspectorLimits}
        narrow={detail ? 'side' : 'content'}
        hidden={!detail}
        side={
          detail && (
            <ModelDetail
              model={detail}
              providerName={providerName(detail.id)}
              memory={memory}
              engine={engine.data}
              onClose={() => choose(undefined)}
              onRemove={() => setRemoving(detail)}
            />
          )
        }
      >
        <div className="flex h-full flex-col">
          <Header title="Models" note={list.data && formatCount(all.length)}>
            <IconButton label="Ask all providers again" icon={RefreshCw} busy={refresh.isPending} onClick={reload} />
            <Button icon={Download} onClick={() => setDownloading(true)}>
              <span className="max-sm:sr-only">Download</span>
            </Button>
            <AddFileButton>
              <span className="max-sm:sr-only">Add a file</span>
            </AddFileButton>
          </Header>
          {all.length > 0 && (
            <div className="flex flex-wrap items-center gap-2 border-b border-border px-4 py-2">
              <div className="min-w-40 flex-1">
                <Input
                  ref={find}
                  icon={Search}
                  aria-label="Find a model"
                  placeholder="Find a model"
                  value={text}
                  onChange={setText}
                />
              </div>
              <Segmented
                aria-label="Where"
                value={where}
                onChange={setWhere}
                options={[
                  { value: 'all', label: 'All' },
                  { value: 'local', label: 'On this computer' },
                  { value: 'cloud', label: 'Remote' },
                ]}
              />
            </div>
          )}
          <ScrollArea className="@container flex-1">
            <Incoming />
            <Loaded models={all} memory={memory} engine={engine.data} />
            <Problems
              problems={list.data?.problems ?? []}
              providerName={providerName}
              onRetry={reload}
              retrying={refresh.isPending}
            />
            {(refresh.error ?? list.error) && (
              <div className="p-4">
                <Failure
                  title="The list of models didn’t load"
                  error={refresh.error ?? list.error ?? { message: '' }}
                  onRetry={() => {
                    refresh.reset();
                    void list.refetch();
                  }}
                />
              </div>
            )}
            {list.isPending ? (
              <SkeletonRows label="Loading the list of models" rows={6} />
            ) : all.length === 0 && !list.error ? (
              <NoModels onDownload={() => setDownloading(true)} />
            ) : shown.length === 0 && all.length > 0 ? (
              <p role="status" className="p-6 text-center text-dense text-muted-foreground">
                No model matches. <ClearButton onClear={() => (setText(''), setWhere('all'))} />
              </p>
            ) : (
              shown.length > 0 && (
                <ModelTable
                  models={shown}
                  providerName={providerName}
                  memory={memory}
                  engine={engine.data}
                  sorting={sorting}
                  onSort={setSorting}
                  chosen={detail?.id}
                  onChoose={(id) => choose(id === detail?.id ? undefined : id)}
                  onRemove={setRemoving}
                />
              )
            )}
          </ScrollArea>
        </div>
      </SplitPane>
      <RemoveModel
        model={removing}
        onClose={() => setRemoving(null)}
        onRemoved={() => removing?.id === chosen && choose(undefined)}
      />
      <Dialog
        open={downloading}
        onClose={() => setDownloading(false)}
        title="Download a model"
        description="Small and middle-sized models for the built-in engine. What can be read about them is what their makers say."
      >
        <Starters />
      </Dialog>
    </DropZone>
  );
}

function ClearButton({ onClear }: { onClear: () => void }) {
  return (
    <Button variant="ghost" onClick={onClear} className="text-accent!">
      Show all
    </Button>
  );
}

function NoModels({ onDownload }: { onDownload: () => void }) {
  return (
    <EmptyState
      icon={Boxes}
      title="No models yet"
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <Button variant="primary" icon={Download} onClick={onDownload}>
            Download a model
          </Button>
          <AddFileButton />
        </div>
      }
    >
      Models on this computer and those of connected providers are listed here together. Download a small one to begin
      with, or drop a GGUF file here.
    </EmptyState>
  );
}
