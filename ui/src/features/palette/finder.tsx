/** The palette once it is opened: what it lists comes from the registry of actions. Loaded when it is asked for. */
import { Dialog } from '@base-ui/react/dialog';
import { CornerDownLeft, Search as SearchIcon } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';

import { backdropClass, dialogClass } from '@/components/dialog';
import { Kbd } from '@/components/kbd';
import { filterActions, useActionSources, useAllActions, type Action, type ActionSource } from '@/lib/actions';
import { classNames } from '@/lib/class-names';

export default function Finder({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Popup data-modal className={classNames(dialogClass, 'top-[14vh] max-w-150 overflow-hidden')}>
          <Dialog.Title className="sr-only">Find anything</Dialog.Title>
          <Search onDone={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Search({ onDone }: { onDone: () => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = useFound(text);
  const at = Math.min(chosen, found.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, found]);

  const run = (action: Action | undefined) => {
    if (!action) return;
    onDone();
    // After the dialog gave the focus back, so that the action may take it.
    requestAnimationFrame(() => action.run());
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = found.length - 1;
    const next = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    }[event.key];
    if (next !== undefined) setChosen(Math.max(0, next));
    else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className="flex items-center gap-2.5 border-b border-border px-4">
        <SearchIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <input
          // With the field itself, not a frame later as the dialog would: what is typed at once is not lost.
          autoFocus
          role="combobox"
          aria-label="Find anything"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder="Find anything"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={press}
          className="h-12 w-full bg-transparent text-answer outline-none"
        />
        <Kbd shortcut="Escape" />
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label="Found"
        className="max-h-[min(24rem,56vh)] scroll-py-2 overflow-y-auto p-1.5"
      >
        {found.map((action, index) => (
          <Row
            key={action.id}
            id={`${id}-${index}`}
            action={action}
            heading={found[index - 1]?.section !== action.section}
            chosen={index === at}
            onPoint={() => setChosen(index)}
            onRun={() => run(action)}
          />
        ))}
      </div>
      <p role="status" className={found.length === 0 ? 'px-4 pb-4 text-dense text-muted-foreground' : 'sr-only'}>
        {found.length === 0 ? `Nothing is called “${text}”. Try fewer letters.` : `${found.length} found`}
      </p>
    </>
  );
}

interface RowProps {
  id: string;
  action: Action;
  heading: boolean;
  chosen: boolean;
  onPoint: () => void;
  onRun: () => void;
}

function Row({ id, action, heading, chosen, onPoint, onRun }: RowProps) {
  const IconShown = action.icon ?? CornerDownLeft;
  return (
    <>
      {heading && (
        <div role="presentation" className="px-2.5 pt-2 pb-1 text-caption font-medium text-muted-foreground">
          {action.section}
        </div>
      )}
      <div
        id={id}
        role="option"
        aria-selected={chosen}
        onPointerMove={chosen ? undefined : onPoint}
        onClick={onRun}
        className={classNames(
          'flex min-h-9 items-center gap-2.5 rounded-control px-2.5 text-base',
          chosen && 'bg-accent-surface',
        )}
      >
        <IconShown aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <span className="min-w-0 flex-1 truncate">{action.title}</span>
        {action.shortcut !== undefined && <Kbd shortcut={action.shortcut} />}
      </div>
    </>
  );
}

/** Actions at once, then what the sources answer; grouped by section in the order of the best of each. */
function useFound(text: string): Action[] {
  const actions = useAllActions();
  const sources = useActionSources();
  const answers = useAnswers(text.trim(), sources);
  return useMemo(() => {
    const sections = new Map<string, Action[]>();
    for (const action of [...filterActions(actions, text), ...answers]) {
      sections.set(action.section, [...(sections.get(action.section) ?? []), action]);
    }
    const order = text.trim() === '' ? [...sections].sort(([a], [b]) => rank(a) - rank(b)) : [...sections];
    return order.flatMap(([, list]) => list);
  }, [actions, answers, text]);
}

/** Before anything is typed, what people want seldom stands last. */
function rank(section: string): number {
  return ['Go to', 'General', 'Appearance'].indexOf(section);
}

const patienceMs = 120;

function useAnswers(text: string, sources: readonly ActionSource[]): Action[] {
  const [answers, setAnswers] = useState<{ text: string; actions: Action[] }>({ text: '', actions: [] });
  useEffect(() => {
    if (text === '') return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // A source that fails finds nothing; the palette's other answers stand.
      void Promise.allSettled(sources.map((source) => source.search(text, stop.signal))).then((results) => {
        if (stop.signal.aborted) return;
        setAnswers({ text, actions: results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])) });
      });
    }, patienceMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, sources]);
  return useMemo(() => (text === '' ? [] : answers.actions), [text, answers]);
}
