/** Adding and connecting by typing. */
import { useState } from 'react';

import { nodeTitle } from '../../shared/definition';
import { graphOf, inOrder, portsOf, waysOf } from '../../shared/graph';
import { KindIcon } from '../../shared/kind-icons';
import { Chooser, type Choice } from '../chooser';
import { refusal, type Wanted } from '../model/refusals';
import { useDefinition, useEditor } from '../model/use-editor';

export const groupWords: Record<string, string> = {
  model: 'Models',
  flow: 'Flow',
  text: 'Text and data',
  people: 'People',
  world: 'Network',
  files: 'Files',
  code: 'Programs',
};

export function AddDialog({ onAdd, onClose }: { onAdd: (kind: string) => void; onClose: () => void }) {
  const { kinds } = useEditor();
  const choices = [...kinds.values()].map(({ kind, title, summary, group }) => ({
    id: kind,
    title,
    note: summary,
    section: groupWords[group] ?? group,
    icon: <KindIcon kind={kind} className="size-4.5 shrink-0 text-muted-foreground" />,
  }));
  return <Chooser title="Add a step" choices={choices} onChoose={onAdd} onClose={onClose} />;
}

/** Where from the step: its way or port; then where to. With one way out and nothing else the first question isn't asked. */
export function ConnectDialog({
  from,
  onDraw,
  onClose,
}: {
  from: string;
  onDraw: (wanted: Wanted) => void;
  onClose: () => void;
}) {
  const { kinds } = useEditor();
  const definition = useDefinition();
  const node = graphOf(definition).nodes.get(from);
  const [target, setTarget] = useState<string | null>(null);
  if (!node) return null;
  const kind = kinds.get(node.kind);
  const used = (graphOf(definition).after.get(from) ?? []).map(({ way }) => way);
  const ways = waysOf(node, kind, used);
  const outs: { id: string; title: string; note: string; wanted: (to: string) => Wanted }[] = [
    ...ways.map((way) => ({
      id: `way:${way}`,
      title: ways.length === 1 ? 'Then' : `When ${way}`,
      note: 'It begins after this step',
      wanted: (to: string): Wanted => ({ type: 'control', from, way, to }),
    })),
    ...portsOf(node, kind).map(({ name, type }) => ({
      id: `port:${name}`,
      title: `Its ${name}`,
      note: `${type}, as an input`,
      wanted: (to: string): Wanted => ({ type: 'data', from, port: name, to }),
    })),
  ];
  if (target === null) {
    const choices = inOrder(definition)
      .filter(({ id }) => id !== from)
      .map((other): Choice => {
        const reasons = outs.map(({ wanted }) => refusal(definition, kinds, wanted(other.id)));
        return {
          id: other.id,
          title: nodeTitle(other),
          note: kinds.get(other.kind)?.title ?? other.kind,
          keywords: other.id,
          icon: <KindIcon kind={other.kind} className="size-4.5 shrink-0 text-muted-foreground" />,
          refused: reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null,
        };
      });
    return (
      <Chooser
        title={`Connect ${nodeTitle(node)} to`}
        choices={choices}
        onClose={onClose}
        stays
        onChoose={(to) => {
          if (outs.length > 1) return setTarget(to);
          onClose();
          onDraw(outs[0]!.wanted(to));
        }}
      />
    );
  }
  const choices = outs.map(({ id, title, note, wanted }): Choice => ({
    id,
    title,
    note,
    refused: refusal(definition, kinds, wanted(target)),
  }));
  return (
    <Chooser
      title={`What goes from ${nodeTitle(node)}`}
      choices={choices}
      onClose={onClose}
      onChoose={(id) => {
        const out = outs.find((one) => one.id === id);
        if (out) onDraw(out.wanted(target));
      }}
    />
  );
}
