/** Models to choose from, without a network: what fits this computer first to be seen. */
import { useQueryClient } from '@tanstack/react-query';
import { RefreshCw, Search } from 'lucide-react';
import { useState } from 'react';

import { callKey, useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Checkbox } from '@/components/checkbox';
import { Failure } from '@/components/error-state';
import { Input } from '@/components/input';
import { SkeletonRows } from '@/components/skeleton';
import { formatBytes, formatTokensShort } from '@/lib/format';

import { FitCell } from '../state-cell';
import { Starters } from '../starters';
import { chosenEntries } from './catalogue';
import { PullButton } from './pull-button';

export function CatalogueTab() {
  const catalogue = useCall('model/catalogue', {});
  const ollama = useCall('ollama/state', {});
  const [text, setText] = useState('');
  const [onlyFitting, setOnlyFitting] = useState(true);
  const canPull = ollama.data?.type === 'ready';
  const entries = chosenEntries(catalogue.data?.entries ?? [], text, onlyFitting);
  return (
    <div className="flex flex-col gap-4 px-0.5 pt-3">
      <section aria-labelledby="starters">
        <h3 id="starters" className="text-caption font-medium text-muted-foreground">
          To begin with, for the built-in engine
        </h3>
        <Starters first={2} />
      </section>
      <section aria-labelledby="catalogue" className="flex flex-col gap-2">
        <div className="flex flex-wrap items-center gap-x-3">
          <h3 id="catalogue" className="flex-1 text-caption font-medium text-muted-foreground">
            For Ollama
            {catalogue.data && `, as of ${dayWords(catalogue.data.dated)}`}
          </h3>
          <Refresh dated={catalogue.data?.dated} />
        </div>
        {!canPull && ollama.data && (
          <p className="text-dense text-muted-foreground">
            Ollama isn’t running, so these can’t be downloaded now. Start it in the engine’s settings, or take one for
            the built-in engine.
          </p>
        )}
        {catalogue.isPending ? (
          <SkeletonRows label="Loading the catalogue" rows={5} />
        ) : catalogue.error ? (
          <Failure title="The catalogue didn’t load" error={catalogue.error} onRetry={() => void catalogue.refetch()} />
        ) : (
          <>
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <div className="min-w-40 flex-1">
                <Input
                  icon={Search}
                  aria-label="Find in the catalogue"
                  placeholder="Find in the catalogue"
                  value={text}
                  onChange={setText}
                />
              </div>
              <Checkbox checked={onlyFitting} onChange={setOnlyFitting}>
                Only what fits
              </Checkbox>
            </div>
            {entries.length === 0 && (
              <p role="status" className="py-4 text-center text-dense text-muted-foreground">
                {onlyFitting ? 'Nothing that fits matches.' : 'Nothing matches.'}
              </p>
            )}
            <ul className="flex flex-col divide-y divide-border">
              {entries.map(({ name, title, description, maker, license, sizes }) => (
                <li key={name} className="py-2.5">
                  <p className="flex flex-wrap items-baseline gap-x-2 text-base font-medium">
                    {title}
                    <span className="text-caption font-normal text-muted-foreground">
                      {maker} · {license}
                    </span>
                  </p>
                  <p className="text-dense text-pretty text-muted-foreground">{description}</p>
                  <ul className="mt-1 flex flex-col">
                    {sizes.map(({ tag, parameters, bytes, approximate, context, fits }) => (
                      <li key={tag} className="flex min-h-10 flex-wrap items-center gap-x-3 py-1 text-dense">
                        <code className="min-w-32 flex-1 font-mono text-caption break-all">
                          {name}:{tag}
                        </code>
                        <span className="tabular text-muted-foreground">
                          {[
                            parameters,
                            `${approximate ? 'about ' : ''}${formatBytes(bytes)}`,
                            `${formatTokensShort(context)} context`,
                          ].join(' · ')}
                        </span>
                        <span className="w-24">
                          <FitCell fit={fits} />
                        </span>
                        <PullButton
                          reference={`${name}:${tag}`}
                          target="ollama"
                          label={`Download ${name}:${tag}`}
                          disabled={!canPull}
                        />
                      </li>
                    ))}
                  </ul>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
    </div>
  );
}

/** Fetches a newer list, where the settings name an address of one. */
function Refresh({ dated }: { dated: string | undefined }) {
  const queries = useQueryClient();
  const settings = useCall('settings/get', {});
  const [before, setBefore] = useState<string>();
  const refresh = useMutate('model/catalogue-refresh', {
    onDone: (list) => queries.setQueryData(callKey('model/catalogue', {}), list),
  });
  if ((settings.data?.catalogueUrl ?? '') === '') return null;
  return (
    <>
      {refresh.isSuccess && (
        <span role="status" className="text-caption text-muted-foreground">
          {before === refresh.data.dated ? 'There is no newer list.' : 'A newer list is here.'}
        </span>
      )}
      <Button
        variant="ghost"
        icon={RefreshCw}
        busy={refresh.isPending}
        onClick={() => {
          setBefore(dated);
          refresh.mutate({});
        }}
      >
        Fetch a newer list
      </Button>
      {refresh.error && (
        <p role="alert" className="w-full text-caption text-danger">
          {refresh.error.message}
        </p>
      )}
    </>
  );
}

/** "23 Nov 2026". */
function dayWords(dated: string): string {
  const at = Date.parse(`${dated}T12:00:00Z`);
  return Number.isNaN(at)
    ? dated
    : new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
}
