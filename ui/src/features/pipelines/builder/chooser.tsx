/** One of many by typing a few letters: a field and what it finds, in a dialog. */
import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import { backdropClass, dialogClass } from '@/components/dialog';
import { classNames } from '@/lib/class-names';

export interface Choice {
  id: string;
  title: string;
  note?: string;
  section?: string;
  icon?: ReactNode;
  keywords?: string;
  /** Why it can't be chosen. */
  refused?: string | null;
}

export interface ChooserProps {
  /** What is chosen: "Add a step". */
  title: string;
  choices: readonly Choice[];
  onChoose: (id: string) => void;
  onClose: () => void;
  /** Another question follows: whoever asks closes it. */
  stays?: boolean;
}

export function Chooser({ title, choices, onChoose, onClose, stays = false }: ChooserProps) {
  const answered = useRef<string | null>(null);
  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Popup
          data-modal
          // What was chosen takes the focus by itself.
          finalFocus={() => answered.current !== title}
          className={classNames(dialogClass, 'top-[14vh] max-w-140 overflow-hidden')}
        >
          <Dialog.Title className="sr-only">{title}</Dialog.Title>
          <Finder
            key={title}
            title={title}
            choices={choices}
            onChoose={(id) => {
              answered.current = title;
              if (!stays) onClose();
              onChoose(id);
            }}
          />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ title, choices, onChoose }: Omit<ChooserProps, 'onClose'>) {
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = filterChoices(choices, text);
  const index = Math.min(at, found.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [index, text]);
  const take = (choice: Choice | undefined) => {
    if (choice && (choice.refused === undefined || choice.refused === null)) onChoose(choice.id);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = found.length - 1;
    if (event.key === 'ArrowDown') setAt(index >= last ? 0 : index + 1);
    else if (event.key === 'ArrowUp') setAt(index <= 0 ? last : index - 1);
    else if (event.key === 'Enter') take(found[index]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="flex items-center gap-2.5 border-b border-border px-4">
        <Search aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <input
          // With the field itself, not a frame later as the dialog would: what is typed at once is not lost.
          autoFocus
          role="combobox"
          aria-label={title}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={index >= 0 ? `${id}-${index}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={title}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
          className="h-12 w-full bg-transparent text-answer outline-none"
        />
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label="Found"
        className="max-h-[min(26rem,56vh)] scroll-py-2 overflow-y-auto p-1.5"
      >
        {found.map((choice, row) => (
          <Row
            key={choice.id}
            id={`${id}-${row}`}
            choice={choice}
            heading={text === '' && choice.section !== found[row - 1]?.section}
            chosen={row === index}
            onPoint={() => setAt(row)}
            onTake={() => take(choice)}
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
  choice: Choice;
  heading: boolean;
  chosen: boolean;
  onPoint: () => void;
  onTake: () => void;
}

function Row({ id, choice, heading, chosen, onPoint, onTake }: RowProps) {
  const refused = choice.refused !== undefined && choice.refused !== null;
  return (
    <>
      {heading && choice.section !== undefined && (
        <div role="presentation" className="px-2 pt-2 pb-1 text-caption font-medium text-muted-foreground">
          {choice.section}
        </div>
      )}
      <div
        id={id}
        role="option"
        aria-selected={chosen}
        aria-disabled={refused}
        onPointerMove={onPoint}
        onClick={onTake}
        className={classNames(
          'flex min-h-10 items-center gap-2.5 rounded-[5px] px-2 py-1',
          chosen && 'bg-hover',
          refused && 'opacity-70',
        )}
      >
        {choice.icon}
        <span className="min-w-0 flex-1">
          <span className="block truncate text-dense font-medium">{choice.title}</span>
          <span
            className={classNames('block text-caption', refused ? 'text-danger' : 'truncate text-muted-foreground')}
          >
            {choice.refused ?? choice.note}
          </span>
        </span>
      </div>
    </>
  );
}

export function filterChoices(choices: readonly Choice[], text: string): readonly Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return choices;
  const rank = (choice: Choice): number => {
    const title = choice.title.toLowerCase();
    const all = `${title} ${choice.id} ${choice.keywords ?? ''} ${choice.note ?? ''}`.toLowerCase();
    if (!words.every((word) => all.includes(word))) return 0;
    return title.startsWith(words.join(' ')) ? 3 : title.includes(words.join(' ')) ? 2 : 1;
  };
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .filter((entry) => entry.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map((entry) => entry.choice);
}
