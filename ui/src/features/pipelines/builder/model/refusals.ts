/** Why a line can't be drawn, before it is: in a sentence. Null where it can. */
import { joinFrom, nodeTitle, splitFrom, type Definition } from '../../shared/definition';
import { graphOf, insideOf, isAncestor, pathBetween, portType } from '../../shared/graph';
import type { Kinds } from '../../shared/scene';
import { baseType, fits, typeWords } from '../../shared/types';

export type Wanted =
  | { type: 'control'; from: string; way: string; to: string }
  | { type: 'data'; from: string; port: string; to: string; input?: string };

export function refusal(definition: Definition, kinds: Kinds, wanted: Wanted): string | null {
  const { from, to } = wanted;
  const graph = graphOf(definition);
  const [source, target] = [graph.nodes.get(from), graph.nodes.get(to)];
  if (!source || !target) return 'That step is gone.';
  const [sourceName, targetName] = [nodeTitle(source), nodeTitle(target)];
  if (from === to) return 'A step can’t come after itself. To repeat it, put it into a loop.';
  if (insideOf(graph, from).includes(to))
    return `${targetName} is inside ${sourceName}: steps inside begin by themselves.`;
  if (insideOf(graph, to).includes(from)) {
    return `${sourceName} is inside ${targetName}: a container goes on by itself when its inside has ended.`;
  }
  if (wanted.type === 'control') {
    const twice = (definition.edges ?? []).some(
      (edge) => edge.to === to && joinFrom(from, wanted.way) === normal(edge.from),
    );
    if (twice) return 'These are connected already.';
    return border(definition, from, to) ?? cycle(definition, from, to);
  }
  if (wanted.type === 'data') {
    const type = portType(source, kinds.get(source.kind), wanted.port);
    const wrong = wrongType(type, target.kind, targetName, wanted.port);
    if (wrong !== null) return wrong;
    if (isAncestor(graph, from, to)) return null;
    // The step before must come before: a control line is drawn with it, and has to be possible too.
    return border(definition, from, to) ?? cycle(definition, from, to);
  }
  return null;
}

function normal(from: string): string {
  const { node, way } = splitFrom(from);
  return joinFrom(node, way);
}

function border(definition: Definition, from: string, to: string): string | null {
  const { parent, nodes } = graphOf(definition);
  const [out, into] = [parent.get(from), parent.get(to)];
  if (out === into) return null;
  const title = (id: string) => nodeTitle(nodes.get(id)!);
  return into !== undefined && insideOf(graphOf(definition), into).includes(from) === false && out === undefined
    ? `${title(to)} is inside ${title(into)}. Connect to ${title(into)} itself.`
    : `A line can’t cross the border of ${title(out ?? into!)}. Connect the container itself, or move the step.`;
}

function cycle(definition: Definition, from: string, to: string): string | null {
  const path = pathBetween(graphOf(definition), to, from);
  if (!path) return null;
  const { nodes } = graphOf(definition);
  const names = path.map((id) => nodeTitle(nodes.get(id)!));
  const shown = names.length > 5 ? [...names.slice(0, 2), '…', ...names.slice(-2)] : names;
  return `That would go round in a circle (${[...shown, names[0]].join(' → ')}). To repeat steps, put them into a loop.`;
}

/** What a kind can do nothing with. All others take text, and anything that can be written as text. */
const takes: Record<string, readonly string[]> = {
  map: ['list<any>'],
  embedding: ['text', 'list<text>'],
  judge: ['text'],
  router: ['text'],
};
const unwritable = new Set(['image', 'audio', 'embedding']);
const writes = new Set(['template', 'text', 'notify', 'human']);

function wrongType(type: string, kind: string, title: string, port: string): string | null {
  const wanted = takes[kind];
  if (wanted) {
    // A single thing is a list of one by coercion; to go over each letter's list of one helps nobody.
    const listOnly = kind === 'map' && !['list', 'json', 'any', 'table', 'messages'].includes(baseType(type));
    if (!listOnly && wanted.some((one) => fits(type, one))) return null;
    return `${title} takes ${wanted.map(typeWords).join(' or ')}, and “${port}” is ${typeWords(type)}.`;
  }
  if (writes.has(kind) && unwritable.has(baseType(type))) {
    return `${title} works with text, and “${port}” is ${typeWords(type)}.`;
  }
  return null;
}
