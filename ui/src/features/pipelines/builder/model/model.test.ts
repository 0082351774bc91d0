import { expect, test } from 'vitest';

import type { KindInfo } from '../../shared/api';
import type { Definition } from '../../shared/definition';
import { graphOf, inOrder, isAncestor } from '../../shared/graph';
import { sceneOf } from '../../shared/scene';
import { fits } from '../../shared/types';
import { copyNodes, pasteNodes, readClip } from './clips';
import { putDown } from './drops';
import { addNode, connect, connectData, moveInto, removeNodes, renameNode } from './edits';
import { begin, commit, redo, seal, undo } from './history';
import { laidOut, withPlaces } from './layout';
import { diffLines, folded } from './line-diff';
import { refusal } from './refusals';
import { visibleIn } from './visible';

const kind = (name: string, more: Partial<KindInfo> = {}): [string, KindInfo] => [
  name,
  {
    kind: name,
    version: 1,
    title: name,
    summary: '',
    help: '',
    group: 'flow',
    effect: 'pure',
    ways: ['ok'],
    ports: [],
    openPorts: false,
    fields: [],
    container: false,
    ...more,
  },
];
const port = (name: string, type: string) => ({ name, kind: type, help: '' });
const kinds = new Map([
  kind('llm', { ports: [port('text', 'text'), port('usage', 'usage')] }),
  kind('text', { ports: [port('items', 'list<text>')] }),
  kind('template', { ports: [port('text', 'text')] }),
  kind('embedding', { ports: [port('embedding', 'embedding')] }),
  kind('condition', { ways: ['true', 'false'] }),
  kind('map', { container: true, ports: [port('items', 'list<any>')] }),
  kind('loop', { container: true, ways: ['done', 'exhausted'] }),
]);

const chain: Definition = {
  format: 'webplus.pipeline/1',
  id: 'chain',
  nodes: [
    { id: 'plan', kind: 'llm', config: { prompt: 'Plan {{ inputs.task }}' } },
    { id: 'check', kind: 'condition', config: { if: "nodes.plan.text != ''" } },
    { id: 'each', kind: 'map', config: { over: 'nodes.plan.text' }, body: ['write'] },
    { id: 'write', kind: 'template', config: { template: '{{ item }} {{ nodes.plan.text }}' } },
    { id: 'report', kind: 'template', in: { parts: { node: 'each', port: 'items' } } },
  ],
  edges: [
    { from: 'plan', to: 'check' },
    { from: 'check.true', to: 'each' },
    { from: 'each', to: 'report' },
  ],
  outputs: { text: { from: 'report.text' } },
};

test('an edit can be taken back and done again, and a new one ends what was taken back', () => {
  const second = { ...chain, name: 'Second' };
  let history = commit(begin(chain), second, 'Rename');
  history = undo(history);
  expect(history.now.definition).toBe(chain);
  history = redo(history);
  expect(history.now.definition).toBe(second);
  history = commit(undo(history), { ...chain, name: 'Third' }, 'Rename');
  expect(history.future).toHaveLength(0);
});

test('typing into one field is one step back, until something comes between', () => {
  let history = begin(chain);
  for (const name of ['a', 'ab', 'abc']) history = commit(history, { ...chain, name }, 'Type', 'name');
  expect(history.past).toHaveLength(1);
  history = commit(seal(history), { ...chain, name: 'abcd' }, 'Type', 'name');
  expect(history.past).toHaveLength(2);
});

test('a step is added with an id of its own and comes after the one it was added to', () => {
  const first = addNode(chain, { kind: 'template', at: { x: 1.4, y: 2 }, after: { node: 'check', way: 'false' } });
  expect(first.id).toBe('template');
  expect(first.definition.edges?.at(-1)).toEqual({ from: 'check.false', to: 'template' });
  expect(first.definition.ui?.nodes?.template).toEqual({ x: 1, y: 2 });
  expect(addNode(first.definition, { kind: 'template', at: { x: 0, y: 0 } }).id).toBe('template_2');
});

test('a new id stands wherever the old one stood', () => {
  const renamed = renameNode({ ...chain, pins: { plan: { text: 'x' } } }, 'plan', 'outline');
  expect(JSON.stringify(renamed)).not.toMatch(/\bplan\b/);
  expect(renamed.nodes[1]?.config?.if).toBe("nodes.outline.text != ''");
  expect(renamed.pins?.outline).toEqual({ text: 'x' });
  // What mentions it nowhere is the same object.
  expect(renamed.nodes[4]).toBe(chain.nodes[4]);
  expect(renameNode(chain, 'plan', 'check')).toBe(chain);
  expect(renameNode(chain, 'plan', 'Not a slug')).toBe(chain);
});

test('a step goes with all that is inside it and all that hung on it', () => {
  const without = removeNodes(chain, ['each']);
  expect(without.nodes.map(({ id }) => id)).toEqual(['plan', 'check', 'report']);
  expect(without.edges).toEqual([{ from: 'plan', to: 'check' }]);
  expect(without.nodes[2]?.in).toBeUndefined();
});

test('data brings the line that it needs, and only where it is needed', () => {
  const drawn = connectData(removeNodes(chain, ['each']), 'plan', 'text', 'report');
  expect(drawn.nodes.at(-1)?.in).toEqual({ plan: { node: 'plan', port: 'text' } });
  expect(isAncestor(graphOf(drawn), 'plan', 'report')).toBe(true);
  const again = connectData(chain, 'plan', 'text', 'report');
  expect(again.edges).toHaveLength(3);
});

test('a line that would go round in a circle is refused with the names on it', () => {
  expect(refusal(chain, kinds, { type: 'control', from: 'report', way: 'ok', to: 'check' })).toMatch(
    /circle \(check → each → report → check\)/,
  );
  expect(refusal(chain, kinds, { type: 'control', from: 'plan', way: 'ok', to: 'plan' })).toMatch(/loop/);
});

test('a line doesn’t cross a border, and none is drawn twice', () => {
  expect(refusal(chain, kinds, { type: 'control', from: 'plan', way: 'ok', to: 'write' })).toMatch(/inside each/);
  expect(refusal(chain, kinds, { type: 'control', from: 'write', way: 'ok', to: 'report' })).toMatch(/border of each/);
  expect(refusal(chain, kinds, { type: 'control', from: 'plan', way: 'ok', to: 'check' })).toMatch(/already/);
  expect(refusal(chain, kinds, { type: 'control', from: 'check', way: 'false', to: 'report' })).toBeNull();
});

test('data of a type that a step can’t take is refused in words', () => {
  const wide: Definition = {
    ...chain,
    nodes: [
      ...chain.nodes,
      { id: 'vector', kind: 'embedding' },
      { id: 'split', kind: 'text' },
      { id: 'all', kind: 'map' },
    ],
  };
  expect(refusal(wide, kinds, { type: 'data', from: 'vector', port: 'embedding', to: 'report' })).toMatch(
    /an embedding/,
  );
  expect(refusal(wide, kinds, { type: 'data', from: 'plan', port: 'text', to: 'all' })).toMatch(/takes a list/);
  expect(refusal(wide, kinds, { type: 'data', from: 'split', port: 'items', to: 'all' })).toBeNull();
});

test('types fit by the few coercions and no others', () => {
  expect(fits('text', 'markdown')).toBe(true);
  expect(fits('text', 'list<text>')).toBe(true);
  expect(fits('json:plan', 'text')).toBe(true);
  expect(fits('stream<text>', 'text')).toBe(true);
  expect(fits('text', 'number')).toBe(false);
  expect(fits('image', 'text')).toBe(false);
  expect(fits('json:plan', 'json:review')).toBe(false);
});

test('steps run in the order of their lines, and those inside follow their container', () => {
  expect(inOrder(chain).map(({ id }) => id)).toEqual(['plan', 'check', 'each', 'write', 'report']);
  const round = connect(chain, 'report', 'ok', 'plan');
  expect(inOrder(round)).toHaveLength(5);
});

test('what moves into a container loses the lines that would cross its border', () => {
  const moved = moveInto(chain, 'report', 'each');
  expect(graphOf(moved).parent.get('report')).toBe('each');
  expect(moved.edges).toEqual([
    { from: 'plan', to: 'check' },
    { from: 'check.true', to: 'each' },
  ]);
  expect(moveInto(chain, 'each', 'each')).toBe(chain);
});

test('arranged steps stand from left to right without lying on each other', () => {
  const { absolute } = sceneOf(laidOut(chain, kinds), kinds);
  const box = (id: string) => absolute.get(id)!;
  expect(box('plan').x).toBeLessThan(box('check').x);
  expect(box('check').x).toBeLessThan(box('each').x);
  const [outer, inner] = [box('each'), box('write')];
  expect(inner.x).toBeGreaterThan(outer.x);
  expect(inner.x + inner.w).toBeLessThanOrEqual(outer.x + outer.w);
  expect(inner.y + inner.h).toBeLessThanOrEqual(outer.y + outer.h);
});

test('only what has no place gets one', () => {
  const placed = laidOut(chain, kinds);
  expect(withPlaces(placed, kinds)).toBe(placed);
  const more = addNode(placed, { kind: 'llm', at: { x: 5, y: 5 } }).definition;
  expect(withPlaces(more, kinds).ui?.nodes?.plan).toBe(placed.ui?.nodes?.plan);
});

test('a step put down on a container is in it, and one carried out is out, where it was put', () => {
  const placed = laidOut(chain, kinds);
  const { absolute } = sceneOf(placed, kinds);
  const each = absolute.get('each')!;
  const into = putDown(placed, kinds, new Map([['report', { x: each.x + 60, y: each.y + 110 }]]));
  expect(into.entered).toEqual([{ id: 'report', container: 'each' }]);
  expect(sceneOf(into.definition, kinds).absolute.get('report')?.x).toBe(each.x + 60);
  const out = putDown(placed, kinds, new Map([['write', { x: 0, y: 900 }]]));
  expect(out.entered).toEqual([{ id: 'write', container: undefined }]);
  expect(sceneOf(out.definition, kinds).absolute.get('write')?.y).toBe(each.y + 900);
});

test('what nobody touched keeps its identity from scene to scene', () => {
  const placed = laidOut(chain, kinds);
  const first = sceneOf(placed, kinds);
  const second = sceneOf(renameNode(placed, 'report', 'result'), kinds, first);
  expect(second.steps.get('check')).toBe(first.steps.get('check'));
  expect(second.lines[0]).toBe(first.lines[0]);
  expect(second.steps.get('result')).toBeDefined();
});

test('a copy has ids of its own, and its steps name each other', () => {
  const clip = readClip(JSON.stringify(copyNodes(laidOut(chain, kinds), ['plan', 'check'])))!;
  const pasted = pasteNodes(chain, clip, { x: 10, y: 20 });
  expect(pasted.ids).toEqual(['plan_2', 'check_2']);
  expect(pasted.definition.nodes.at(-1)?.config?.if).toBe("nodes.plan_2.text != ''");
  expect(pasted.definition.edges?.at(-1)).toEqual({ from: 'plan_2', to: 'check_2' });
  expect(readClip('{"format": "other"}')).toBeNull();
  expect(readClip('some text')).toBeNull();
});

test('of a thousand steps only those near the window are there, with their containers', () => {
  const nodes = Array.from({ length: 1000 }, (_, index) => ({ id: `s${index}`, kind: 'template' }));
  const places = Object.fromEntries(
    nodes.map(({ id }, index) => [id, { x: (index % 40) * 300, y: Math.floor(index / 40) * 150 }]),
  );
  const scene = sceneOf({ format: '', id: 'many', nodes, ui: { nodes: places } }, kinds);
  const { steps } = visibleIn(scene, { x: 0, y: 0, w: 1200, h: 800 }, new Set(['s999']));
  expect(steps.has('s0')).toBe(true);
  expect(steps.has('s999')).toBe(true);
  expect(steps.size).toBeLessThan(40);
});

test('a difference names what went and what came, and folds what stayed', () => {
  const before = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  const after = [...before];
  after[20] = 'changed';
  after.push('last');
  const lines = diffLines(before.join('\n'), after.join('\n'));
  expect(lines.filter(({ type }) => type === 'gone').map(({ text }) => text)).toEqual(['line 20']);
  expect(lines.filter(({ type }) => type === 'new').map(({ text }) => text)).toEqual(['changed', 'last']);
  expect(lines.filter(({ type }) => type !== 'new').map(({ text }) => text)).toEqual(before);
  expect(lines.filter(({ type }) => type !== 'gone').map(({ text }) => text)).toEqual(after);
  expect(folded(lines).length).toBeLessThan(20);
});
