/** Left of the canvas: what can be added, and what is there. */
import { Search } from 'lucide-react';
import { useState } from 'react';

import { Input } from '@/components/input';
import { ScrollArea } from '@/components/scroll-area';
import { Segmented } from '@/components/segmented';
import { classNames } from '@/lib/class-names';

import { nodeTitle } from '../../shared/definition';
import { containersOf, graphOf, inOrder } from '../../shared/graph';
import { KindIcon } from '../../shared/kind-icons';
import { filterChoices } from '../chooser';
import { useDefinition, useEditor, useEditorState } from '../model/use-editor';
import { groupWords } from './dialogs';

export function PalettePanel({ onAdd, onShow }: { onAdd: (kind: string) => void; onShow: (id: string) => void }) {
  const [shown, setShown] = useState<'add' | 'steps'>('add');
  const [text, setText] = useState('');
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-col gap-2 p-3">
        <Segmented
          aria-label="What is listed"
          value={shown}
          onChange={setShown}
          options={[
            { value: 'add', label: 'Add' },
            { value: 'steps', label: 'Steps' },
          ]}
        />
        <Input
          icon={Search}
          aria-label={shown === 'add' ? 'Find a kind of step' : 'Find a step'}
          placeholder="Find"
          value={text}
          onChange={setText}
        />
      </div>
      <ScrollArea className="flex-1 px-2 pb-3">
        {shown === 'add' ? <KindList text={text} onAdd={onAdd} /> : <StepList text={text} onShow={onShow} />}
      </ScrollArea>
    </div>
  );
}

function KindList({ text, onAdd }: { text: string; onAdd: (kind: string) => void }) {
  const { kinds } = useEditor();
  const all = [...kinds.values()];
  const found = filterChoices(
    all.map(({ kind, title, summary, group }) => ({ id: kind, title, note: summary, section: group })),
    text,
  );
  const groups = [...new Set(found.map(({ section }) => section ?? ''))];
  if (found.length === 0) return <p className="p-2 text-dense text-muted-foreground">No step is called so.</p>;
  return groups.map((group) => (
    <section key={group} className="mb-2">
      <h3 className="px-2 py-1 text-caption font-medium text-muted-foreground">{groupWords[group] ?? group}</h3>
      <ul>
        {found
          .filter(({ section }) => section === group)
          .map(({ id, title, note }) => (
            <li key={id}>
              <button
                type="button"
                draggable
                title={note}
                onDragStart={(event) => {
                  event.dataTransfer.setData('application/webplus-step', id);
                  event.dataTransfer.effectAllowed = 'copy';
                }}
                onClick={() => onAdd(id)}
                className="focus-inset flex h-9 w-full items-center gap-2.5 rounded-control px-2 text-left text-dense hover:bg-hover"
              >
                <KindIcon kind={id} className="size-4.5 shrink-0 text-muted-foreground" />
                <span className="truncate">{title}</span>
              </button>
            </li>
          ))}
      </ul>
    </section>
  ));
}

function StepList({ text, onShow }: { text: string; onShow: (id: string) => void }) {
  const definition = useDefinition();
  const chosen = useEditorState((state) => state.chosen);
  const graph = graphOf(definition);
  const order = inOrder(definition);
  const found = filterChoices(
    order.map((node) => ({ id: node.id, title: nodeTitle(node), keywords: node.kind })),
    text,
  );
  if (found.length === 0) {
    return (
      <p className="p-2 text-dense text-muted-foreground">
        {text === '' ? 'There are no steps yet.' : 'No step is called so.'}
      </p>
    );
  }
  return (
    <ul>
      {found.slice(0, 300).map(({ id, title }) => (
        <li key={id}>
          <button
            type="button"
            aria-current={chosen.nodes.includes(id)}
            onClick={() => onShow(id)}
            style={{ paddingLeft: 8 + containersOf(graph, id).length * 16 }}
            className={classNames(
              'focus-inset flex h-9 w-full items-center gap-2.5 rounded-control pr-2 text-left text-dense hover:bg-hover',
              chosen.nodes.includes(id) && 'bg-accent-surface text-accent',
            )}
          >
            <KindIcon kind={graph.nodes.get(id)?.kind ?? ''} className="size-4.5 shrink-0 text-muted-foreground" />
            <span className="truncate">{title}</span>
          </button>
        </li>
      ))}
      {found.length > 300 && (
        <li className="p-2 text-caption text-muted-foreground">{found.length - 300} more: type to find them.</li>
      )}
    </ul>
  );
}
