import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowDownToLine, Boxes, Download, Ellipsis, RefreshCw, Search, Sparkles } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import type { Model } from '@/api/generated';
import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { Header } from '@/components/header';
import { IconButton } from '@/components/icon-button';
import { Menu } from '@/components/menu';
import { ScrollArea } from '@/components/scroll-area';
import { SplitPane } from '@/components/split-pane';
import { useHost } from '@/host/host';
import { useActions } from '@/lib/actions';
import { formatCount, formatPlural } from '@/lib/format';
import { later } from '@/lib/later';
import { inspectorLimits } from '@/lib/panel-width';

import { AddFileButton, DropZone, usePickFile } from './add-file';
import { comingOf, everything, filterModels, openWorks, sortModels, type Filter, type Sorting } from './facts';
import { Incoming } from './incoming';
import { Loaded } from './loaded';
import { ModelTable } from './model-table';
import { Problems } from './problems';
import { RemoveModels } from './remove-models';
import { none, pruned, type Selection } from './selection';
import { SelectionBar } from './selection-bar';
import { ShelfFilter } from './shelf-filter';
import { ShelfWaiting } from './shelf-waiting';
import { SpaceLine } from './space-line';
import { Updates, useUpdates } from './updates';
import { useShelf } from './use-shelf';

// What is looked at now and then comes when it is.
const ModelDetail = later(() => import('./detail/model-detail'));
const GetModel = later(() => import('./get/get-model'));
const DownloadsDrawer = later(() => import('./downloads-drawer'));

/** `engine`: one line about what runs models here. */
export function ModelsPlace({ engine: engineLine }: { engine?: ReactNode }) {
  const { model: chosen } = useSearch({ from: '/models' });
  const navigate = useNavigate({ from: '/models' });
  const { list, memory, refresh, providerName, kindOf } = useShelf();
  const engine = useCall('engine/state', {});
  const jobs = useCall('job/list', {});
  const pick = usePickFile();
  const host = useHost();
  useEffect(() => host.setTitle('Models'), [host]);
  const find = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const [filter, setFilter] = useState<Filter>(everything);
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [ticked, setTicked] = useState<Selection>(none);
  const [removing, setRemoving] = useState<readonly Model[]>([]);
  const [removed, setRemoved] = useState(false);
  if (removing.length > 0 && !removed) setRemoved(true);
  const [getting, setGetting] = useState<'no' | 'open' | 'closed'>('no');
  const [queue, setQueue] = useState<'no' | 'open' | 'closed'>('no');
  const updates = useUpdates();

  const models = list.data?.models;
  const all = useMemo(() => models ?? [], [models]);
  const shown = useMemo(
    () => sortModels(filterModels(all, filter, kindOf), sorting, memory),
    [all, filter, kindOf, sorting, memory],
  );
  const selection = useMemo(
    () =>
      pruned(
        ticked,
        shown.map(({ id }) => id),
      ),
    [ticked, shown],
  );
  const detail = all.find(({ id }) => id === chosen);
  const choose = (id: string | undefined) =>
    void navigate({ search: id === undefined ? {} : { model: id }, replace: true });
  const reload = () => refresh.mutate({ refresh: true });
  const works = openWorks(jobs.data ?? []).length;
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
      title: 'Get a model',
      section: 'Models',
      keywords: 'download starter hub pull catalogue',
      run: () => setGetting('open'),
    },
    { id: 'models.queue', title: 'Show downloads', section: 'Models', keywords: 'queue', run: () => setQueue('open') },
    { id: 'models.updates', title: 'Look for newer versions of models', section: 'Models', run: updates.look },
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
              key={detail.id}
              model={detail}
              kind={kindOf(detail.id)}
              providerName={providerName(detail.id)}
              memory={memory}
              engine={engine.data}
              onClose={() => choose(undefined)}
              onRemove={() => setRemoving([detail])}
              onChoose={choose}
            />
          )
        }
      >
        <div className="flex h-full flex-col">
          <Header title="Models" note={list.data && formatCount(all.length)}>
            {works > 0 && (
              <Button icon={ArrowDownToLine} variant="ghost" onClick={() => setQueue('open')}>
                {formatCount(works)}
                <span className="sr-only"> on the way: show downloads</span>
              </Button>
            )}
            <Menu
              align="end"
              trigger={<IconButton label="More about the models" icon={Ellipsis} busy={refresh.isPending} />}
              entries={[
                { label: 'Ask all providers again', icon: RefreshCw, onSelect: reload },
                { label: 'Look for newer versions', icon: Sparkles, onSelect: updates.look },
                { label: 'Show downloads', icon: ArrowDownToLine, onSelect: () => setQueue('open') },
              ]}
            />
            <AddFileButton>
              <span className="max-sm:sr-only">Add a file</span>
            </AddFileButton>
            {all.length > 0 && (
              <Button
                icon={Download}
                variant="primary"
                onPointerEnter={GetModel.prepare}
                onClick={() => setGetting('open')}
              >
                <span className="max-sm:sr-only">Get a model</span>
              </Button>
            )}
          </Header>
          {engineLine}
          {(all.length > 0 || list.isPending) && (
            <ShelfFilter models={all} kindOf={kindOf} filter={filter} onChange={setFilter} find={find} />
          )}
          <SelectionBar
            models={shown.filter(({ id }) => selection.has(id))}
            onClear={() => setTicked(none)}
            onRemove={() => setRemoving(shown.filter(({ id }) => selection.has(id)))}
          />
          <ScrollArea ref={scroller} className="@container flex-1">
            <div ref={above}>
              <Updates {...updates} />
              <Incoming onAll={() => setQueue('open')} />
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
            </div>
            {list.isPending ? (
              <ShelfWaiting />
            ) : all.length === 0 && !list.error ? (
              <NoModels onGet={() => setGetting('open')} />
            ) : shown.length === 0 && all.length > 0 ? (
              <p role="status" className="p-6 text-center text-dense text-muted-foreground">
                No model matches.{' '}
                <Button variant="ghost" onClick={() => setFilter(everything)} className="text-accent!">
                  Show all
                </Button>
              </p>
            ) : (
              shown.length > 0 && (
                <ModelTable
                  models={shown}
                  scroller={scroller}
                  above={above}
                  providerName={providerName}
                  memory={memory}
                  engine={engine.data}
                  outdated={updates.outdated}
                  coming={comingOf(jobs.data ?? [])}
                  sorting={sorting}
                  onSort={setSorting}
                  selection={selection}
                  onSelect={setTicked}
                  chosen={detail?.id}
                  onChoose={(id) => choose(id === detail?.id ? undefined : id)}
                  onRemove={setRemoving}
                />
              )
            )}
          </ScrollArea>
          {filter.text !== '' && shown.length > 0 && (
            <p role="status" className="sr-only">
              {formatPlural(shown.length, 'model matches', 'models match')}
            </p>
          )}
          <SpaceLine providerName={providerName} />
        </div>
      </SplitPane>
      {(removing.length > 0 || removed) && (
        <RemoveModels
          models={removing}
          onClose={() => setRemoving([])}
          onRemoved={(ids) => {
            setTicked(none);
            if (chosen !== undefined && ids.includes(chosen)) choose(undefined);
          }}
        />
      )}
      {getting !== 'no' && <GetModel open={getting === 'open'} onClose={() => setGetting('closed')} />}
      {queue !== 'no' && <DownloadsDrawer open={queue === 'open'} onClose={() => setQueue('closed')} />}
    </DropZone>
  );
}

function NoModels({ onGet }: { onGet: () => void }) {
  return (
    <EmptyState
      icon={Boxes}
      title="No models yet"
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <Button variant="primary" icon={Download} onClick={onGet}>
            Get a model
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
