/** What is chosen on the canvas, to be filled in. */
import { FlaskConical, MousePointerClick, Power, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { EmptyState } from '@/components/empty-state';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';

import type { Fault } from '../../shared/api';
import { MarkdownView } from '../../runs/results/markdown-view';
import { nodeTitle, splitFrom, type NodeSpec } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import { KindIcon } from '../../shared/kind-icons';
import { removeChosen, switchOff } from '../canvas/commands';
import { changed, changeEdge, idsOf, renameNode, withNode } from '../model/edits';
import { useEditor, useEditorState, useNode } from '../model/use-editor';
import { fieldsOf } from './by-operation';
import { ConditionRows } from './condition-rows';
import { ConfigField } from './config-field';
import { LiveValue } from './live-value';
import { PairsField } from './pairs-field';
import { Inputs, Pinned, Ports } from './ports';
import { Steering } from './steering';

export function Inspector({
  onTest,
  onRunTo,
  result,
}: {
  onTest: (id: string) => void;
  onRunTo: (id: string) => void;
  result: React.ReactNode;
}) {
  const chosen = useEditorState((state) => state.chosen);
  const [step, ...others] = chosen.nodes.filter((id) => !id.startsWith('note:'));
  if (step !== undefined && others.length === 0) {
    return <StepForm key={step} id={step} onTest={onTest} onRunTo={onRunTo} result={result} />;
  }
  if (step !== undefined) return <Many count={others.length + 1} />;
  if (chosen.lines.length === 1) return <LineForm key={chosen.lines[0]} id={chosen.lines[0]!} />;
  return (
    <EmptyState icon={MousePointerClick} title="Nothing is chosen">
      Choose a step to fill it in, or press A on the canvas to add one.
    </EmptyState>
  );
}

function Many({ count }: { count: number }) {
  const editor = useEditor();
  return (
    <div className="flex flex-col items-start gap-3 p-4">
      <h2 className="text-heading">{count} steps</h2>
      <div className="flex flex-wrap gap-2">
        <Button icon={Power} onClick={() => switchOff(editor)}>
          Switch off or on
        </Button>
        <Button icon={Trash2} onClick={() => removeChosen(editor)}>
          Delete {count} steps
        </Button>
      </div>
    </div>
  );
}

interface StepFormProps {
  id: string;
  onTest: (id: string) => void;
  onRunTo: (id: string) => void;
  result: React.ReactNode;
}

function StepForm({ id, onTest, onRunTo, result }: StepFormProps) {
  const editor = useEditor();
  const node = useNode(id);
  const faults = useEditorState((state) => state.faults);
  const index = useEditorState((state) => state.definition.nodes.findIndex((one) => one.id === id));
  if (!node) return null;
  const kind = editor.kinds.get(node.kind);
  const own = faults.filter((fault) => fault.node === id);
  const of = (place: string): string | null =>
    own.find((fault) => fault.place === place || fault.place.startsWith(`${place}/`))?.message ?? null;
  const all = kind?.fields ?? [];
  const { shown: fields, kept } = fieldsOf(node, all, ({ name }) => of(`/nodes/${index}/config/${name}`) !== null);
  const placed = new Set(fields.map(({ name }) => `/nodes/${index}/config/${name}`));
  const elsewhere = own.filter(({ place }) => ![...placed].some((one) => place === one || place.startsWith(`${one}/`)));
  return (
    <div data-inspector className="flex flex-col gap-4 p-4">
      <header className="flex items-start gap-2.5">
        <span className="flex size-8 shrink-0 items-center justify-center rounded-control bg-muted text-muted-foreground">
          <KindIcon kind={node.kind} className="size-4.5" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-heading">{nodeTitle(node)}</h2>
          <p className="text-caption text-muted-foreground">{kind?.title ?? node.kind}</p>
        </div>
        <IconButton
          label={node.off === true ? 'Switch on' : 'Switch off'}
          icon={Power}
          shortcut="O"
          pressed={node.off === true}
          onClick={() => switchOff(editor)}
        />
        <IconButton label="Delete step" icon={Trash2} shortcut="Delete" onClick={() => removeChosen(editor)} />
      </header>
      <FaultNotes faults={elsewhere} />
      <div className="flex flex-wrap gap-2">
        <Button icon={FlaskConical} onClick={() => onTest(id)} aria-keyshortcuts="T">
          Test this step
        </Button>
        <Button variant="ghost" onClick={() => onRunTo(id)}>
          Run to here
        </Button>
      </div>
      {result}
      <Names node={node} />
      {fields.map((field) => (
        <ConfigField key={field.name} node={node} field={field} error={of(`/nodes/${index}/config/${field.name}`)} />
      ))}
      {kept.length > 0 && (
        <p className="text-caption text-muted-foreground">
          Kept for another operation: {kept.map(({ label }) => label).join(', ')}.
        </p>
      )}
      {node.kind === 'loop' && (
        <PairsField
          label="Carried on"
          description="What one turn hands to the next, as carry.NAME."
          second="expression"
          value={node.carry}
          onChange={(carry) =>
            editor.edit(
              'Change what is carried on',
              (definition) => withNode(definition, id, (old) => changed(old, { carry })),
              `${id}.carry`,
            )
          }
        />
      )}
      <div className="-mx-1.5 flex flex-col">
        <Inputs node={node} />
        <Ports node={node} kind={kind} />
        <Steering node={node} kind={kind} />
        <Pinned node={node} />
        {kind && kind.help.trim() !== '' && (
          <Disclosure title="How this step works">
            <MarkdownView text={kind.help.trim()} />
          </Disclosure>
        )}
      </div>
    </div>
  );
}

function FaultNotes({ faults }: { faults: readonly Fault[] }) {
  return faults.map(({ message, place, severity }) => (
    <p key={place + message} className={severity === 'error' ? 'text-dense text-danger' : 'text-dense text-warning'}>
      {message}
    </p>
  ));
}

function Names({ node }: { node: NodeSpec }) {
  const editor = useEditor();
  const [draft, setDraft] = useState(node.id);
  const taken = useEditorState((state) => draft !== node.id && idsOf(state.definition).has(draft));
  const wrong = !/^[a-z][a-z0-9_]*$/.test(draft)
    ? 'A small letter first, then small letters, digits and _.'
    : taken
      ? 'Another step has this id.'
      : null;
  const rename = () => {
    if (draft === node.id || wrong !== null) return;
    editor.edit('Rename', (definition) => renameNode(definition, node.id, draft));
    editor.choose({ nodes: [draft] });
  };
  return (
    <div className="grid grid-cols-2 gap-2">
      <Field label="Name">
        <Input
          value={node.label ?? ''}
          placeholder={node.id}
          onChange={(label) =>
            editor.edit(
              'Rename',
              (definition) =>
                withNode(definition, node.id, (old) => changed(old, { label: label === '' ? undefined : label })),
              `${node.id}.label`,
            )
          }
        />
      </Field>
      <Field label="Id" error={draft === node.id ? null : wrong}>
        <Input
          value={draft}
          onChange={setDraft}
          onBlur={rename}
          onKeyDown={(event) => event.key === 'Enter' && rename()}
          className="font-mono text-dense!"
        />
      </Field>
    </div>
  );
}

function LineForm({ id }: { id: string }) {
  const editor = useEditor();
  const line = useEditorState((state) => state.scene.lines.find((one) => one.id === id));
  const definition = useEditorState((state) => state.definition);
  if (!line) return null;
  const { nodes } = graphOf(definition);
  const [source, target] = [nodes.get(line.source), nodes.get(line.target)];
  const way = line.sourceHandle.slice(line.sourceHandle.indexOf(':') + 1);
  const edge = definition.edges?.find((one) => {
    const from = splitFrom(one.from);
    return from.node === line.source && from.way === way && one.to === line.target;
  });
  const setWhen = (when: string) =>
    editor.edit(
      'Change a condition',
      (now) =>
        changeEdge(now, { from: line.source, way, to: line.target }, (old) =>
          changed(old, { when: when === '' ? undefined : when }),
        ),
      `when.${id}`,
    );
  return (
    <div data-inspector className="flex flex-col gap-4 p-4">
      <header className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-heading">{line.type === 'control' ? 'Line' : 'Data'}</h2>
          <p className="text-dense text-muted-foreground">
            {source && nodeTitle(source)} ({way}) → {target && nodeTitle(target)}
          </p>
        </div>
        <IconButton label="Delete line" icon={Trash2} shortcut="Delete" onClick={() => removeChosen(editor)} />
      </header>
      {line.type === 'control' && (
        <div className="flex flex-col gap-1">
          <Field label="Only if" description="An expression that must hold too. Without one it always goes this way.">
            <Input
              value={edge?.when ?? ''}
              placeholder={`nodes.${line.source}.score >= 0.8`}
              onChange={setWhen}
              className="font-mono text-dense!"
            />
          </Field>
          <LiveValue node={line.target} text={edge?.when ?? ''} template={false} />
          <ConditionRows node={line.target} text={edge?.when ?? ''} onChange={setWhen} />
        </div>
      )}
    </div>
  );
}
