/** One value: shown by its type, copied or saved in the forms that fit it, with the step that made it and what that cost. */
import { Check, Copy, Download } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';

import { toApiError, type ApiError } from '@/api/error';
import type { ValuePreview } from '@/api/generated';
import { useClient } from '@/api/query';
import { useCopy } from '@/blocks/copy';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Menu } from '@/components/menu';
import { Segmented } from '@/components/segmented';
import { formatBytes } from '@/lib/format';
import { saveFile } from '@/lib/save';

import { fileName, formsOf } from './copy-as';
import { wayWords, waysFor, type Way } from './kinds';
import { showBy, type ValueOf } from './ways';

export interface ValueCardProps {
  title: string;
  value: ValuePreview;
  /** Whose value it is: the whole of it is asked for by that, and the bytes of a file that it names. */
  of: ValueOf;
  /** In which language a text is written, where the step that made it says. */
  language?: string | null;
  /** What made it. */
  made?: ReactNode;
  /** Words of the name of a file that it is saved as. */
  file: readonly string[];
  /** No frame around it: inside a panel that has one. */
  bare?: boolean;
}

/** Values above this many bytes aren't shown as a whole by themselves: a page of them is heavy to read and to hold. */
const heavy = 4_000_000;

export function ValueCard({ title, value, of, language = null, made, file, bare = false }: ValueCardProps) {
  const client = useClient();
  const load = () => {
    const { run, ...rest } = of;
    return client.call('run/value', { id: run, ...rest }).then((answer) => answer.value);
  };
  const [whole, setWhole] = useState<{ of: ValuePreview; value: unknown } | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const [way, setWay] = useState<Way | null>(null);
  const [copied, copy] = useCopy();
  const here = whole?.of === value ? whole.value : value.preview;
  const partial = value.truncated && whole?.of !== value;
  // The beginning of a large value is its text, whatever the value is.
  const ways = useMemo(
    () => (partial ? (['text'] as const) : waysFor(value.type, here, language)),
    [partial, value.type, here, language],
  );
  const shown = way !== null && (ways as readonly Way[]).includes(way) ? way : ways[0];

  const withWhole = async (then: (value: unknown) => void) => {
    if (!partial) return then(here);
    setBusy(true);
    setFailed(null);
    try {
      then(await load());
    } catch (thrown) {
      setFailed(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const forms = formsOf(partial && value.type !== 'text' && value.type !== 'markdown' ? null : here, language);

  return (
    <section
      aria-label={title}
      className={bare ? 'min-w-0' : 'min-w-0 rounded-panel border border-border bg-background p-3.5'}
    >
      <header className="mb-2 flex min-h-8 flex-wrap items-center gap-x-2 gap-y-1">
        <h3 className="truncate text-dense font-semibold">{title}</h3>
        <Badge>{value.type}</Badge>
        {value.size >= 1000 && (
          <span className="tabular text-caption text-muted-foreground">{formatBytes(value.size)}</span>
        )}
        <span className="ml-auto flex items-center gap-1">
          {ways.length > 1 && shown && (
            <Segmented
              aria-label={`Show ${title} as`}
              value={shown}
              onChange={setWay}
              options={ways.slice(0, 3).map((one) => ({ value: one, label: wayWords[one] }))}
            />
          )}
          <Menu
            align="end"
            trigger={
              <IconButton label={copied ? 'Copied' : `Copy ${title} as`} icon={copied ? Check : Copy} busy={busy} />
            }
            entries={forms.map(({ label }, index) => ({
              label,
              onSelect: () => void withWhole((all) => copy(formsOf(all, language)[index]?.make() ?? '')),
            }))}
          />
          <Menu
            align="end"
            trigger={<IconButton label={`Save ${title} as`} icon={Download} busy={busy} />}
            entries={forms.map(({ label, ending }, index) => ({
              label: `${label} (.${ending})`,
              onSelect: () =>
                void withWhole((all) => {
                  const form = formsOf(all, language)[index];
                  if (form) saveFile(fileName(file, form.ending), form.make(), form.mime);
                }),
            }))}
          />
        </span>
      </header>
      {failed && (
        <Failure
          title={`The rest of ${title} didn’t load`}
          error={failed}
          onRetry={() => setFailed(null)}
          retryLabel="Dismiss"
          className="mb-2"
        />
      )}
      {shown && showBy(shown, { value: here, of, language, label: `${title}: ${wayWords[shown].toLowerCase()}` })}
      {partial && (
        <p className="mt-2 flex flex-wrap items-center gap-2 text-caption text-muted-foreground">
          This is the beginning of {formatBytes(value.size)}.
          {value.size <= heavy ? (
            <Button busy={busy} onClick={() => void withWhole((all) => setWhole({ of: value, value: all }))}>
              Load all
            </Button>
          ) : (
            'Save it to see all of it.'
          )}
        </p>
      )}
      {made !== undefined && <div className="mt-2">{made}</div>}
    </section>
  );
}
