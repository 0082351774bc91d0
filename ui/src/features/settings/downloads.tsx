import { useState } from 'react';

import { useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Textarea } from '@/components/textarea';
import { formatCount } from '@/lib/format';

import { useSettings } from './use-settings';

/** Where models to begin with come from: a company may have a hub and a list of its own. */
export function Downloads() {
  const { settings } = useSettings();
  if (!settings) return null;
  return (
    <>
      <Limit key={`limit ${settings.downloadLimit ?? ''}`} kept={settings.downloadLimit ?? null} />
      <Hub key={`hub ${settings.hubUrl}`} kept={settings.hubUrl} />
      <CatalogueAddress key={`catalogue ${settings.catalogueUrl}`} kept={settings.catalogueUrl} />
      <StarterList key={`list ${settings.starterList}`} kept={settings.starterList} />
    </>
  );
}

const leastLimit = 32;
const mostLimit = 10_000_000;

/** How fast downloads may be. What Ollama downloads knows no limit, which is said. */
function Limit({ kept }: { kept: number | null }) {
  const usual = kept === null ? '' : String(kept);
  const [text, setText] = useState(usual);
  const [wrong, setWrong] = useState<string>();
  const save = useMutate('settings/update');
  const keep = () => {
    const typed = text.trim().replaceAll(',', '');
    if (typed === usual) return;
    const limit = typed === '' ? null : /^\d{1,8}$/.test(typed) ? Number(typed) : Number.NaN;
    if (limit !== null && !(limit >= leastLimit && limit <= mostLimit)) {
      setWrong(`Give ${formatCount(leastLimit)} to ${formatCount(mostLimit)} kB a second, or nothing for no limit.`);
      return;
    }
    save.mutate({ downloadLimit: limit });
  };
  return (
    <Field
      label="Speed limit"
      description="Kilobytes a second that Web+’s own downloads take at most. Empty means no limit. What Ollama downloads can’t be slowed down. It holds from the next download."
      error={wrong ?? save.error?.message}
    >
      <Input
        inputMode="numeric"
        value={text}
        placeholder="No limit"
        className="tabular max-w-40"
        onChange={(next) => {
          setText(next);
          setWrong(undefined);
          save.reset();
        }}
        onBlur={keep}
        onKeyDown={(event) => event.key === 'Enter' && keep()}
      />
    </Field>
  );
}

function Hub({ kept }: { kept: string }) {
  const [text, setText] = useState(kept);
  const save = useMutate('settings/update');
  const keep = () => {
    if (text.trim() !== kept) save.mutate({ hubUrl: text.trim() });
  };
  return (
    <Field
      label="Hub"
      description="Where models are downloaded from. Empty means huggingface.co; give a mirror’s address if that can’t be reached."
      error={save.error?.message}
    >
      <Input
        type="url"
        value={text}
        placeholder="https://huggingface.co"
        onChange={(next) => {
          setText(next);
          save.reset();
        }}
        onBlur={keep}
        onKeyDown={(event) => event.key === 'Enter' && keep()}
      />
    </Field>
  );
}

function CatalogueAddress({ kept }: { kept: string }) {
  const [text, setText] = useState(kept);
  const save = useMutate('settings/update');
  const keep = () => {
    if (text.trim() !== kept) save.mutate({ catalogueUrl: text.trim() });
  };
  return (
    <Field
      label="Catalogue"
      description="Where a newer list of models to choose from is fetched, when you ask for one. Empty keeps the list that came with Web+."
      error={save.error?.message}
    >
      <Input
        type="url"
        value={text}
        placeholder="None"
        onChange={(next) => {
          setText(next);
          save.reset();
        }}
        onBlur={keep}
        onKeyDown={(event) => event.key === 'Enter' && keep()}
      />
    </Field>
  );
}

function StarterList({ kept }: { kept: string }) {
  const [text, setText] = useState(kept);
  const save = useMutate('settings/update');
  const put = (starterList: string) => save.mutate({ starterList });
  return (
    <Disclosure
      title="List of models to begin with"
      note={kept === '' ? 'built in' : 'your own'}
      defaultOpen={kept !== ''}
    >
      <div className="flex flex-col gap-2 pt-1">
        <Field
          label="Your own list"
          description="JSON with “updated”, “hub” and “models”, each with name, repository, file, revision, licence, parameters, size, minimumMemoryMib and about."
          error={save.error?.message}
        >
          <Textarea
            value={text}
            onChange={(next) => {
              setText(next);
              save.reset();
            }}
            spellCheck={false}
            className="font-mono"
            minRows={4}
          />
        </Field>
        <div className="flex gap-2">
          <Button disabled={text === kept || text.trim() === ''} busy={save.isPending} onClick={() => put(text.trim())}>
            Use this list
          </Button>
          {kept !== '' && (
            <Button variant="ghost" onClick={() => put('')}>
              Use the built-in list
            </Button>
          )}
        </div>
      </div>
    </Disclosure>
  );
}
